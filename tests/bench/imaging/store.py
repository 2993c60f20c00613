#!/usr/bin/env python3
"""Receiving a CT series durably: this project's server against stock Orthanc, dcmtk's storescp and pynetdicom, in one
run.

    python3 tests/bench/imaging/store.py build/tests/bench_store_server CT_FOLDER [--orthanc PROGRAM] [--work FOLDER]

Senders are dcmtk's storescu and, where it is installed, pynetdicom; each sends the whole folder over one association, and
storescu over ten at once. This project fsyncs the file and its folder before each answer, Orthanc the file; storescp
and pynetdicom promise nothing. Runs alternate; medians are compared. The objects of a round are deleted after it, and
each server starts anew.
"""
import argparse
import json
import os
import pathlib
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time

ROUNDS = 5
AT_ONCE = 10


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def wait_for(port):
    for _ in range(500):
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            time.sleep(0.02)
    sys.exit("a server did not start")


def huizhen(program, port, folder):
    return [program, str(port), str(folder), "STORESCU", "PYNETDICOM"], "HUIZHEN"


def orthanc(program, port, folder):
    settings = folder / "orthanc.json"
    settings.write_text(json.dumps({"StorageDirectory": str(folder), "IndexDirectory": str(folder), "DicomPort": port,
                                    "HttpServerEnabled": False, "DicomAet": "ORTHANC"}))
    return [program, str(settings)], "ORTHANC"


def storescp(program, port, folder):
    return [program, "--fork", "+B", "-od", str(folder), str(port)], "STORESCP"


def pynetdicom_server(program, port, folder):
    return [program, __file__, "--serve", str(port), str(folder)], "PYNETDICOM"


def serve_with_pynetdicom(port, folder):
    from pynetdicom import AE, AllStoragePresentationContexts, evt

    def store(event):
        event.file_path = pathlib.Path(folder, event.request.AffectedSOPInstanceUID)
        event.file_path.write_bytes(event.encoded_dataset())
        return 0

    entity = AE(ae_title="PYNETDICOM")
    entity.supported_contexts = AllStoragePresentationContexts
    entity.maximum_pdu_size = 0
    entity.maximum_associations = 2 * AT_ONCE
    entity.start_server(("127.0.0.1", int(port)), evt_handlers=[(evt.EVT_C_STORE, store)])


def send_with_pynetdicom(port, title, folder):
    from pydicom import dcmread
    from pynetdicom import AE

    data_sets = [dcmread(path) for path in sorted(pathlib.Path(folder).iterdir())]
    entity = AE(ae_title="PYNETDICOM")
    entity.add_requested_context(data_sets[0].SOPClassUID, data_sets[0].file_meta.TransferSyntaxUID)
    begin = time.perf_counter()
    association = entity.associate("127.0.0.1", int(port), ae_title=title)
    good = association.is_established and all(association.send_c_store(one).Status == 0 for one in data_sets)
    association.release()
    print(json.dumps({"seconds": time.perf_counter() - begin, "good": good}))


def with_storescu(port, title, folder, at_once):
    command = ["storescu", "-aet", "STORESCU", "-aec", title, "+sd", "127.0.0.1", str(port), str(folder)]
    begin = time.perf_counter()
    senders = [subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
               for _ in range(at_once)]
    codes = [sender.wait() for sender in senders]
    return time.perf_counter() - begin, not any(codes)


def with_pynetdicom(port, title, folder):
    said = subprocess.run([sys.executable, __file__, "--send", str(port), title, str(folder)], check=True,
                          stdout=subprocess.PIPE, text=True)
    answer = json.loads(said.stdout)
    return answer["seconds"], answer["good"]


def measured(server, program, work, send):
    folder = pathlib.Path(tempfile.mkdtemp(dir=work))
    port = free_port()
    command, title = server(program, port, folder)
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        wait_for(port)
        os.sync()
        seconds, good = send(port, title)
        if not good:
            sys.exit(f"{title} did not take everything")
        return seconds
    finally:
        process.kill()
        process.wait()
        shutil.rmtree(folder)


def main():
    if sys.argv[1] == "--serve":
        return serve_with_pynetdicom(*sys.argv[2:])
    if sys.argv[1] == "--send":
        return send_with_pynetdicom(*sys.argv[2:])
    parser = argparse.ArgumentParser()
    parser.add_argument("program")
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--orthanc", default=shutil.which("Orthanc"))
    parser.add_argument("--work", default=None)
    arguments = parser.parse_args()
    count = len(list(arguments.folder.iterdir()))

    servers = {"huizhen": (huizhen, arguments.program), "storescp": (storescp, shutil.which("storescp"))}
    if arguments.orthanc:
        servers["orthanc"] = (orthanc, arguments.orthanc)
    senders = {"storescu": (lambda p, t: with_storescu(p, t, arguments.folder, 1), count),
               f"storescu x {AT_ONCE}": (lambda p, t: with_storescu(p, t, arguments.folder, AT_ONCE), AT_ONCE * count)}
    try:
        import pynetdicom  # noqa: F401
        servers["pynetdicom"] = (pynetdicom_server, sys.executable)
        senders["pynetdicom"] = (lambda p, t: with_pynetdicom(p, t, arguments.folder), count)
    except ImportError:
        print("pynetdicom is not installed: left out")

    for sender, (send, objects) in senders.items():
        seconds = {name: [] for name in servers}
        for _ in range(ROUNDS if objects == count else max(1, ROUNDS // 2)):
            for name, (server, program) in servers.items():
                seconds[name].append(measured(server, program, arguments.work, send))
        ours = statistics.median(seconds["huizhen"])
        for name, runs in seconds.items():
            median = statistics.median(runs)
            print(f"{sender:14} -> {name:10} {objects / median:7.0f} objects/s  {median:6.2f} s"
                  f"   huizhen's rate is {median / ours:5.2f} of it", flush=True)


if __name__ == "__main__":
    main()
