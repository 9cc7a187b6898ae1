"""Text that a grammar constrains while it is decoded: tool calls and typed answers, in any model's own way of writing.

Grammars are in llguidance's Lark, which both engines take. `values` writes a JSON Schema as one, `tool_grammar` a
toolset in a `CallFormat`; `checking` compiles grammars and follows texts; `tool_reading` takes the calls out again.
"""
