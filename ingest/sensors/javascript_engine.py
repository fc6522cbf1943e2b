"""The process in which vendors' codecs run. Imports nothing of Halfvol; asked over its standard input.

A request is four bytes of length and JSON ``{script, bytes (hex), fPort, recvTime (ms)}``; the answer is four bytes of
length and JSON ``{result}``, the JSON text of what ``decodeUplink`` gave, or ``{problem}``. Scripts see nothing but the
language itself: no file, network, module or timer.
"""

from __future__ import annotations

import json
import resource
import sys

import quickjs

COMPUTING_LIMIT_S = 0.2
MEMORY_LIMIT_BYTES = 16 * 1024 * 1024
STACK_LIMIT_BYTES = 256 * 1024
ADDRESS_SPACE_BYTES = 512 * 1024 * 1024
LONGEST_RESULT = 48 * 1024

_CALL = """
(function (stringify) {
  return function (hex, fPort, recvTime) {
    var bytes = [];
    for (var i = 0; i < hex.length; i += 2) bytes.push(parseInt(hex.substr(i, 2), 16));
    return stringify(decodeUplink({bytes: bytes, fPort: fPort, recvTime: new Date(recvTime)}));
  };
})(JSON.stringify)
"""


def answer(request: dict[str, object]) -> dict[str, object]:
    """Run one script on one payload."""
    context = quickjs.Context()
    context.set_memory_limit(MEMORY_LIMIT_BYTES)
    context.set_max_stack_size(STACK_LIMIT_BYTES)
    context.set_time_limit(COMPUTING_LIMIT_S)
    try:
        # Before the script, so that it cannot replace what is called here.
        call = context.eval(_CALL)
        context.eval(request["script"])
        result = call(request["bytes"], request["fPort"], float(request["recvTime"]))  # type: ignore[arg-type]
    except quickjs.JSException as error:
        return {"problem": str(error)[:300]}
    if not isinstance(result, str):
        return {"problem": "decodeUplink answers nothing"}
    if len(result) > LONGEST_RESULT:
        return {"problem": f"decodeUplink answers {len(result)} characters, at most {LONGEST_RESULT} are read"}
    return {"result": result}


def main() -> None:
    """Answer until the input ends."""
    resource.setrlimit(resource.RLIMIT_AS, (ADDRESS_SPACE_BYTES, ADDRESS_SPACE_BYTES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (16, 16))
    incoming, outgoing = sys.stdin.buffer, sys.stdout.buffer
    outgoing.write(b"\0\0\0\0")
    outgoing.flush()
    while length := incoming.read(4):
        request = json.loads(incoming.read(int.from_bytes(length, "big")))
        try:
            told = answer(request)
        except (MemoryError, TypeError, ValueError) as error:
            told = {"problem": f"{type(error).__name__} in the engine"}
        content = json.dumps(told).encode()
        outgoing.write(len(content).to_bytes(4, "big") + content)
        outgoing.flush()


if __name__ == "__main__":
    main()
