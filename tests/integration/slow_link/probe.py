"""Measures a line from its two ends. Usage: probe.py serve READY_FILE | ping READY_FILE COUNT INTERVAL_MS |
upload READY_FILE BYTES. Answers are JSON on standard output; addresses come from slow_link's environment."""

import json
import os
import select
import socket
import sys
import time

ADDRESS = os.environ["SLOW_LINK_SERVER"]
ECHO, SINK = 7001, 7002


def serve(ready):
    echo = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    echo.bind((ADDRESS, ECHO))
    sink = socket.create_server((ADDRESS, SINK))
    open(ready, "w").close()
    open_sinks = []
    while True:
        for one in select.select([echo, sink, *open_sinks], [], [])[0]:
            if one is echo:
                echo.sendto(*echo.recvfrom(2000))
            elif one is sink:
                open_sinks.append(sink.accept()[0])
            elif not one.recv(1 << 16):
                one.sendall(b"all")
                one.close()
                open_sinks.remove(one)


def ping(count, interval):
    """Round trips in milliseconds by number, of those that came back."""
    line = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    line.connect((ADDRESS, ECHO))
    sent, back = {}, {}
    start = time.monotonic()
    last = start + (count - 1) * interval
    while len(back) < count:
        now = time.monotonic()
        if len(sent) < count and now >= start + len(sent) * interval:
            sent[len(sent)] = now
            line.send(str(len(sent) - 1).encode().ljust(72))
            continue
        wait = start + len(sent) * interval - now if len(sent) < count else last + 2 - now
        if len(sent) == count and wait <= 0:
            break
        if select.select([line], [], [], max(wait, 0))[0]:
            number = int(line.recv(2000))
            back[number] = 1000 * (time.monotonic() - sent[number])
    return {"round_trip_ms": {str(number): back[number] for number in sorted(back)}}


def upload(size):
    begin = time.monotonic()
    line = socket.create_connection((ADDRESS, SINK))
    line.sendall(bytes(size))
    line.shutdown(socket.SHUT_WR)
    while line.recv(16):
        pass
    return {"seconds": time.monotonic() - begin}


def main():
    what, ready, *rest = sys.argv[1:]
    if what == "serve":
        serve(ready)
    while not os.path.exists(ready):
        time.sleep(0.01)
    answer = ping(int(rest[0]), float(rest[1]) / 1000) if what == "ping" else upload(int(rest[0]))
    print(json.dumps(answer))


if __name__ == "__main__":
    main()
