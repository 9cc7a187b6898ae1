"""The published prompt formats of models whose weights have no chat template, by name.

ChatML is Qwen1.5's, with its system prompt; the others are those of the model cards of Llama 2, Code Llama and
Mistral 7B Instruct v0.1. None of them knows tools.
"""

from __future__ import annotations

from types import MappingProxyType

CHATML = """\
{%- if messages[0]['role'] != 'system' -%}
    {{- '<|im_start|>system\nYou are a helpful assistant<|im_end|>\n' -}}
{%- endif -%}
{%- for message in messages -%}
    {{- '<|im_start|>' + message['role'] + '\n' + message['content'] + '<|im_end|>\n' -}}
{%- endfor -%}
{%- if add_generation_prompt -%}
    {{- '<|im_start|>assistant\n' -}}
{%- endif -%}
"""
LLAMA_2 = """\
{%- if messages[0]['role'] == 'system' -%}
    {%- set system = '<<SYS>>\n' + messages[0]['content'] + '\n<</SYS>>\n\n' -%}
    {%- set turns = messages[1:] -%}
{%- else -%}
    {%- set system = '' -%}
    {%- set turns = messages -%}
{%- endif -%}
{%- for message in turns -%}
    {%- if (message['role'] == 'user') != (loop.index0 % 2 == 0) -%}
        {{- raise_exception('Conversation roles must alternate user/assistant/user/assistant/...') -}}
    {%- endif -%}
    {%- if message['role'] == 'user' -%}
        {%- set content = system + message['content'] if loop.first else message['content'] -%}
        {{- bos_token + '[INST] ' + content.strip() + ' [/INST]' -}}
    {%- else -%}
        {{- ' ' + message['content'].strip() + ' ' + eos_token -}}
    {%- endif -%}
{%- endfor -%}
"""
MISTRAL = """\
{{- bos_token -}}
{%- for message in messages -%}
    {%- if (message['role'] == 'user') != (loop.index0 % 2 == 0) -%}
        {{- raise_exception('Conversation roles must alternate user/assistant/user/assistant/...') -}}
    {%- endif -%}
    {%- if message['role'] == 'user' -%}
        {{- '[INST] ' + message['content'] + ' [/INST]' -}}
    {%- elif message['role'] == 'assistant' -%}
        {{- message['content'] + eos_token + ' ' -}}
    {%- else -%}
        {{- raise_exception('Only user and assistant roles are supported!') -}}
    {%- endif -%}
{%- endfor -%}
"""

BUILT_IN = MappingProxyType({"chatml": CHATML, "llama2": LLAMA_2, "codellama": LLAMA_2, "mistral": MISTRAL})
"""Code Llama Instruct was trained on Llama 2's format."""
TOKENS = MappingProxyType(
    {
        "chatml": {"bos_token": "<|endoftext|>", "eos_token": "<|im_end|>"},
        "llama2": {"bos_token": "<s>", "eos_token": "</s>"},
        "codellama": {"bos_token": "<s>", "eos_token": "</s>"},
        "mistral": {"bos_token": "<s>", "eos_token": "</s>"},
    }
)
"""Their special tokens, where the weights do not say."""
