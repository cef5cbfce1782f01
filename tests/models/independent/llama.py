"""`python -m tests.models.independent.llama GGUF KEY`: the embedded llama.cpp on a free port of the loopback.

As the playground's own child runs it, but with a chat template of ours: the one in the file marks a tool call with
tokens that models this small were never taught, so that their calls come out as text. The small model writes ours.
"""

import importlib
import os
import sys
from typing import Any

from tests.network import refused

TEMPLATE = """\
{%- if tools %}<|im_start|>system
You can call:
{%- for tool in tools %}
{{ tool.function | tojson }}
{%- endfor %}
Write a call like this: [CALL]{"name": "tool", "arguments": {"key": "value"}}[/CALL]<|im_end|>
{%- endif %}
{%- for message in messages %}
{%- if message.role == 'tool' %}
<|im_start|>user
Result: {{ message.content }}
Tell me in one sentence.<|im_end|>
{%- elif message.tool_calls %}
<|im_start|>assistant
{% for call in message.tool_calls -%}
[CALL]{"name": "{{ call.function.name }}", "arguments": {{ call.function.arguments | tojson }}}[/CALL]
{%- endfor %}<|im_end|>
{%- else %}
<|im_start|>{{ message.role }}
{{ message.content }}
{%- if tools and message.role == 'user' and loop.last %}
Answer only with the call.{% endif %}<|im_end|>
{%- endif %}
{%- endfor %}
{%- if add_generation_prompt %}
<|im_start|>assistant
{% endif %}"""


def _server(path: str, key: str) -> Any:
    os.environ["OMP_WAIT_POLICY"] = "passive"  # its threads would spin on a machine that others use, too
    xllamacpp: Any = importlib.import_module("xllamacpp")
    cores = os.cpu_count() or 1
    params = xllamacpp.CommonParams()
    params.model.path = path
    params.hostnames = ["127.0.0.1"]
    params.port = 0
    params.n_parallel = 2
    params.n_ctx = 2 * 2048
    params.cpuparams.n_threads = max(1, min(cores - 1, 6))
    params.cpuparams_batch.n_threads = max(1, min(cores, 8))
    params.chat_template = TEMPLATE
    params.use_jinja = True
    params.ui = False
    params.endpoint_slots = True
    params.api_keys = [key]
    return xllamacpp.Server(params)


def main(path: str, key: str) -> None:
    """Serves until stdin closes, without a network."""
    stdout = os.dup(1)
    os.dup2(2, 1)  # whatever the native code prints goes to stderr
    with refused():
        server = _server(path, key)
        os.write(stdout, f"{server.listening_address}\n".encode())
        sys.stdin.read()
        os._exit(0)


if __name__ == "__main__":
    main(*sys.argv[1:])
