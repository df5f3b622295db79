"""`code` and `codeop`: what is whole, what goes on, what is wrong."""
import code
import codeop
import contextlib
import io

SOURCES = [
    "x = 1", "def f():", "x = (1,", "if 1:\n  pass", "if 1:\n  pass\n", "'''abc", "1 1", "try:", "1+",
    "class A:\n  def f(self):", "@dec", "# nothing", "", "return", "a = [1,\n2", "if x:\n  pass\nelse:", "lambda:", "'abc",
    "for i in range(3):\n  print(i)\n",
]
for source in SOURCES:
    try:
        made = codeop.compile_command(source)
        print(repr(source), 'goes on' if made is None else 'whole')
    except SyntaxError as error:
        print(repr(source), type(error).__name__)

console = code.InteractiveConsole({'a': 1})
for line in ["x = 3", "def f(n):", "  return n * x", "", "f(4)", "1/0", "foo bar", "print(a)", "if x:", "    print('yes')", ""]:
    complaint = io.StringIO()
    with contextlib.redirect_stderr(complaint):
        more = console.push(line)
    print(repr(line), more, complaint.getvalue().strip().rpartition('\n')[2])
try:
    console.push("raise SystemExit(3)")
except SystemExit as end:
    print('end', end.code)
interpreter = code.InteractiveInterpreter()
print(interpreter.runsource("1 + 1"), interpreter.runsource("def f():"), interpreter.runsource("y = 2\n"))
