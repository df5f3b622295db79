// <py-editor>: a Python editor as a custom element.
//
//   value      the program's text; setting it fires no event
//   problems   [{line, column, end_line, end_column, severity, message}], from 1, columns in UTF-16 units;
//              end_line 0 for the whole line, severity 'error', 'warning' or 'info'
//   markLine(n)          highlights a line as the one the playhead is at, and scrolls to it; 0 for none
//   jumpTo(line, column) puts the cursor there, scrolls to it and takes the focus
//   `input`    fires when the person changed the text
//
// It lives in a ShadowRoot, where CodeMirror adopts its style sheets, so a page
// with `style-src 'self'` can use it. Should CodeMirror fail, a textarea with
// the same interface takes its place.
import { closeBrackets, closeBracketsKeymap } from '@codemirror/autocomplete';
import { defaultKeymap, history, historyKeymap, indentWithTab } from '@codemirror/commands';
import { pythonLanguage } from '@codemirror/lang-python';
import { bracketMatching, HighlightStyle, indentOnInput, indentUnit, LanguageSupport, syntaxHighlighting } from '@codemirror/language';
import { lintGutter, lintKeymap, setDiagnostics } from '@codemirror/lint';
import { EditorState, Prec, StateEffect, StateField } from '@codemirror/state';
import {
  Decoration, drawSelection, EditorView, highlightActiveLine, highlightActiveLineGutter, keymap, lineNumbers,
} from '@codemirror/view';
import { tags } from '@lezer/highlight';

const setMark = StateEffect.define();

const markedLine = StateField.define({
  create: () => Decoration.none,
  update(marks, transaction) {
    marks = marks.map(transaction.changes);
    for (const effect of transaction.effects) {
      if (effect.is(setMark)) marks = markAt(transaction.state, effect.value);
    }
    return marks;
  },
  provide: (field) => EditorView.decorations.from(field),
});

function markAt(state, line) {
  if (!(line >= 1 && line <= state.doc.lines)) return Decoration.none;
  return Decoration.set([Decoration.line({ class: 'cm-marked' }).range(state.doc.line(line).from)]);
}

// Colours come from the page's custom properties, which reach into a ShadowRoot,
// so a change of theme needs nothing here.
const look = EditorView.theme({
  '&': { color: 'var(--ink)', backgroundColor: 'transparent', height: '100%', fontSize: 'var(--code-size, 13px)' },
  '&.cm-focused': { outline: 'none' },
  '.cm-scroller': { fontFamily: 'var(--mono)', lineHeight: '1.55', overflow: 'auto' },
  '.cm-content': { padding: '8px 0', caretColor: 'var(--ink)' },
  '.cm-line': { padding: '0 12px 0 6px' },
  '.cm-gutters': { backgroundColor: 'transparent', color: 'var(--quiet)', border: 'none' },
  '.cm-lineNumbers .cm-gutterElement': { minWidth: '30px', padding: '0 8px 0 4px' },
  '.cm-gutter-lint': { width: '18px' },
  '.cm-gutter-lint .cm-gutterElement': { padding: '0 0 0 5px', display: 'flex', alignItems: 'center' },
  '.cm-lint-marker': { width: '11px', height: '11px' },
  '.cm-activeLine': { backgroundColor: 'transparent' },
  '&.cm-focused .cm-activeLine': { backgroundColor: 'var(--line-at)' },
  '.cm-activeLineGutter': { backgroundColor: 'transparent', color: 'var(--ink)' },
  '.cm-marked, &.cm-focused .cm-marked.cm-activeLine': {
    backgroundColor: 'color-mix(in srgb, var(--adapter) 14%, transparent)', boxShadow: 'inset 3px 0 var(--adapter)',
  },
  '.cm-cursor': { borderLeftColor: 'var(--ink)' },
  '.cm-selectionBackground, &.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground': {
    backgroundColor: 'color-mix(in srgb, var(--accent) 24%, transparent)',
  },
  '.cm-matchingBracket, &.cm-focused .cm-matchingBracket': {
    backgroundColor: 'color-mix(in srgb, var(--accent) 18%, transparent)', outline: 'none',
  },
  '.cm-tooltip': { backgroundColor: 'var(--card)', color: 'var(--ink)', border: '1px solid var(--line)', borderRadius: '6px' },
  '.cm-diagnostic': { padding: '5px 10px', fontFamily: 'var(--sans)', fontSize: '13px', maxWidth: '44ch', whiteSpace: 'pre-wrap' },
  '.cm-diagnostic-error': { borderLeft: '3px solid var(--stopped)' },
  '.cm-diagnostic-warning': { borderLeft: '3px solid var(--adapter)' },
  '.cm-diagnostic-info': { borderLeft: '3px solid var(--accent)' },
});

const colours = syntaxHighlighting(HighlightStyle.define([
  { tag: [tags.keyword, tags.operatorKeyword, tags.modifier, tags.self, tags.bool, tags.null], color: 'var(--code-keyword)' },
  { tag: [tags.string, tags.special(tags.string)], color: 'var(--code-string)' },
  { tag: [tags.number], color: 'var(--code-number)' },
  { tag: [tags.comment], color: 'var(--quiet)', fontStyle: 'italic' },
  { tag: [tags.function(tags.definition(tags.variableName)), tags.definition(tags.className)], color: 'var(--code-name)', fontWeight: '600' },
  { tag: [tags.meta], color: 'var(--code-name)' },
]));

class PyEditor extends HTMLElement {
  #view = null;
  #area = null;
  #value = '';
  #problems = [];

  connectedCallback() {
    if (this.#view || this.#area) return;
    // The page may have set properties before this script was there.
    for (const name of ['value', 'problems']) {
      if (Object.hasOwn(this, name)) {
        const early = this[name];
        delete this[name];
        if (name === 'value') this.#value = String(early);
        else this.#problems = early;
      }
    }
    const root = this.shadowRoot ?? this.attachShadow({ mode: 'open', delegatesFocus: true });
    // The browser's own input events from inside arrive before the text is
    // known here; the page hears of a change only from #changed.
    root.addEventListener('input', (event) => event.stopPropagation());
    try {
      this.#view = this.#createView(root);
      this.problems = this.#problems;
    } catch (error) {
      console.error('the code editor failed, a plain text field takes its place', error);
      this.#area = this.#createArea(root);
    }
  }

  get value() {
    if (this.#view) return this.#view.state.doc.toString();
    return this.#area ? this.#area.value : this.#value;
  }

  set value(text) {
    text = String(text ?? '');
    this.#value = text;
    if (this.#view) {
      if (this.value === text) return;
      // A new state rather than a change: undo must not lead back into
      // another program.
      this.#view.setState(this.#createState(text));
    } else if (this.#area) {
      this.#area.value = text;
    }
  }

  get problems() {
    return this.#problems;
  }

  set problems(problems) {
    this.#problems = Array.from(problems ?? []);
    if (!this.#view) return;
    const doc = this.#view.state.doc;
    const offset = (line, column) => {
      const at = doc.line(Math.min(Math.max(line, 1), doc.lines));
      return Math.min(at.from + Math.max(column - 1, 0), at.to);
    };
    const diagnostics = this.#problems.map((problem) => {
      const { severity = 'error', message } = problem;
      if (problem.end_line === 0) {
        const { from, to, text } = doc.line(Math.min(Math.max(problem.line, 1), doc.lines));
        return { from: from + text.length - text.trimStart().length, to, severity, message };
      }
      const from = offset(problem.line, problem.column);
      const to = Math.max(from, offset(problem.end_line, problem.end_column));
      return { from, to, severity, message };
    });
    this.#view.dispatch(setDiagnostics(this.#view.state, diagnostics));
  }

  markLine(line) {
    if (!this.#view) return;
    this.#view.dispatch({ effects: setMark.of(line) });
    if (line >= 1 && line <= this.#view.state.doc.lines) this.#show(line);
  }

  // Scrolls the editor alone: CodeMirror would scroll the page as well, away
  // from what the person steps with.
  #show(line) {
    const scroller = this.#view.scrollDOM;
    const { top, bottom } = this.#view.lineBlockAt(this.#view.state.doc.line(line).from);
    const padding = this.#view.documentPadding.top;
    const isVisible = top + padding >= scroller.scrollTop && bottom + padding <= scroller.scrollTop + scroller.clientHeight;
    if (!isVisible) scroller.scrollTop = (top + bottom) / 2 + padding - scroller.clientHeight / 2;
  }

  jumpTo(line, column = 1) {
    if (this.#view) {
      const doc = this.#view.state.doc;
      const at = doc.line(Math.min(Math.max(line, 1), doc.lines));
      const anchor = Math.min(at.from + Math.max(column - 1, 0), at.to);
      this.#view.dispatch({ selection: { anchor }, effects: EditorView.scrollIntoView(anchor, { y: 'center' }) });
      this.#view.focus();
    } else if (this.#area) {
      const before = this.#area.value.split('\n').slice(0, line - 1).join('\n').length;
      this.#area.setSelectionRange(before + column, before + column);
      this.#area.focus();
    }
  }

  focus() {
    (this.#view ?? this.#area)?.focus();
  }

  #changed() {
    this.dispatchEvent(new InputEvent('input', { bubbles: true, composed: true }));
  }

  #createView(root) {
    return new EditorView({ parent: root, root, state: this.#createState(this.#value) });
  }

  #createState(doc) {
    return EditorState.create({
      doc,
      extensions: [
        lintGutter(),
        lineNumbers(),
        highlightActiveLineGutter(),
        highlightActiveLine(),
        history(),
        drawSelection(),
        indentUnit.of('    '),
        indentOnInput(),
        bracketMatching(),
        closeBrackets(),
        new LanguageSupport(pythonLanguage),
        colours,
        look,
        markedLine,
        // Claimed so that the editor inserts no blank line: the page runs the
        // programs when the key reaches it.
        Prec.highest(keymap.of([{ key: 'Mod-Enter', run: () => true }])),
        // CodeMirror lets Tab leave the editor after Escape.
        keymap.of([...closeBracketsKeymap, ...defaultKeymap, ...historyKeymap, ...lintKeymap, indentWithTab]),
        EditorView.contentAttributes.of({
          'aria-label': `${this.getAttribute('aria-label') ?? 'Python program'}; press Escape, then Tab, to leave`,
          autocapitalize: 'off', autocorrect: 'off', spellcheck: 'false', tabindex: '0',
        }),
        EditorView.updateListener.of((update) => {
          if (update.docChanged) this.#changed();
        }),
      ],
    });
  }

  #createArea(root) {
    const area = document.createElement('textarea');
    area.value = this.#value;
    area.spellcheck = false;
    area.setAttribute('aria-label', this.getAttribute('aria-label') ?? 'Python program');
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(`textarea { width: 100%; height: 100%; min-height: 16em; border: 0; padding: 8px 12px; resize: none;
      background: transparent; color: var(--ink); font: var(--code-size, 13px)/1.55 var(--mono); tab-size: 4; }`);
    root.adoptedStyleSheets = [...root.adoptedStyleSheets, sheet];
    root.append(area);
    area.addEventListener('input', () => this.#changed());
    return area;
  }
}

customElements.define('py-editor', PyEditor);
