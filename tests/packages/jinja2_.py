import asyncio
from jinja2 import DictLoader, Environment, StrictUndefined, TemplateSyntaxError, UndefinedError
from markupsafe import Markup, escape

env = Environment(loader=DictLoader({
    'base': '<h1>{% block title %}none{% endblock %}</h1>{% block body %}{% endblock %}',
    'page': '{% extends "base" %}{% from "macros" import item %}{% block title %}{{ title|upper }}{% endblock %}'
            '{% block body %}{% for x in items if x %}{{ loop.index }}/{{ loop.length }} {{ item(x) }}'
            '{% else %}empty{% endfor %}{% set ns = namespace(n=0) %}{{ ns.n }}{% endblock %}',
    'macros': '{% macro item(x, css="c") %}<li class="{{ css }}">{{ x }}</li>{% endmacro %}',
}), autoescape=True, trim_blocks=True)
print(env.get_template('page').render(title='a & b', items=['<x>', '', Markup('<b>'), 3]))
print(env.from_string("{{ [3, 1, 2]|sort|join(', ') }} {{ 'x'|default('y') }} {{ 7 // 2 ** 2 }} {{ 'ab'[::-1] }} {{ 1.5|round|int }}").render())
print(env.from_string("{{ d.items()|list }} {{ d|tojson }} {{ 'a b'|urlencode }} {{ ['a','b']|map('upper')|list }}").render(d={'k': [1, None]}))
print(escape('<a href="x">\''), Markup('<i>%s</i>') % '<', Markup('<b>x</b> &amp;').striptags())
for source in ('{% if %}', '{{ x.y.z }}', '{{ 1 + }}'):
    try:
        Environment(undefined=StrictUndefined).from_string(source).render(x={})
    except (TemplateSyntaxError, UndefinedError) as error:
        print(type(error).__name__, error)


async def main():
    async def rows():
        yield 1
        yield 2
    template = Environment(enable_async=True).from_string('{% for r in rows() %}{{ r }};{% endfor %}')
    print(await template.render_async(rows=rows))

asyncio.run(main())
