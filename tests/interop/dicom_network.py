#!/usr/bin/env python3
"""Our DICOM network against pynetdicom, on both ends.

pynetdicom's user: verification, storage in several transfer syntaxes, storage commitment with its report on the same
association, and on another one. pynetdicom's provider: verification, storage, query, both ways of retrieval, storage
commitment. Objects must arrive byte for byte as far as pydicom writes them again.

    python3 tests/interop/dicom_network.py BUILD/tests/network_tool

Needs pydicom, pynetdicom and numpy. Exits with 1 on a disagreement.
"""
import pathlib
import socket
import subprocess
import sys
import tempfile
import time

import numpy
import pydicom
from pydicom.dataset import Dataset, FileDataset, FileMetaDataset
from pydicom.uid import (CTImageStorage, ExplicitVRBigEndian, ExplicitVRLittleEndian, ImplicitVRLittleEndian,
                         JPEG2000Lossless)
from pynetdicom import AE, build_role, evt
from pynetdicom.sop_class import (StorageCommitmentPushModel, StorageCommitmentPushModelInstance,
                                  StudyRootQueryRetrieveInformationModelFind as Find,
                                  StudyRootQueryRetrieveInformationModelGet as Get,
                                  StudyRootQueryRetrieveInformationModelMove as Move, Verification)

PATIENT, STUDY, SERIES = "SYNTHETIC-1", "2.25.10", "2.25.11"
failures = []


def expect(condition, what):
    print(("ok    " if condition else "WRONG ") + what, flush=True)
    if not condition:
        failures.append(what)


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def image(number, syntax=ExplicitVRLittleEndian):
    data = FileDataset(None, {}, file_meta=FileMetaDataset(), preamble=bytes(128),
                       is_implicit_VR=syntax.is_implicit_VR, is_little_endian=syntax.is_little_endian)
    data.file_meta.MediaStorageSOPClassUID = data.SOPClassUID = CTImageStorage
    data.file_meta.MediaStorageSOPInstanceUID = data.SOPInstanceUID = f"2.25.100.{number}"
    data.file_meta.TransferSyntaxUID = syntax
    data.SpecificCharacterSet = "ISO_IR 192"
    data.PatientName, data.PatientID, data.Modality = "合成^体模", PATIENT, "CT"
    data.StudyInstanceUID, data.SeriesInstanceUID, data.InstanceNumber = STUDY, SERIES, number
    data.Rows = data.Columns = 64
    data.BitsAllocated = data.BitsStored = 16
    data.HighBit, data.PixelRepresentation, data.SamplesPerPixel = 15, 0, 1
    data.PhotometricInterpretation = "MONOCHROME2"
    pixels = numpy.full((64, 64), number, "<u2").tobytes()
    data.PixelData = pydicom.encaps.encapsulate([pixels]) if syntax.is_encapsulated else pixels
    data["PixelData"].VR = "OB" if syntax.is_encapsulated else "OW"
    return data


class Node:
    """Our server."""

    def __init__(self, tool, folder):
        self.port, self.folder = free_port(), folder
        self.process = subprocess.Popen([tool, "serve", str(self.port), str(folder), "PYNETDICOM"],
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.process.stdout.readline()

    def stop(self):
        return self.process.communicate()[0].splitlines()


def pynetdicom_calls(tool, work):
    node = Node(tool, work)
    reports = []

    def on_report(event):
        reports.append(event.event_information)
        return 0, None

    entity = AE(ae_title="PYNETDICOM")
    syntaxes = [ImplicitVRLittleEndian, ExplicitVRLittleEndian, ExplicitVRBigEndian, JPEG2000Lossless]
    entity.add_requested_context(Verification)
    entity.add_requested_context(StorageCommitmentPushModel)
    association = entity.associate("127.0.0.1", node.port, ae_title="HUIZHEN",
                                   evt_handlers=[(evt.EVT_N_EVENT_REPORT, on_report)])
    expect(association.is_established, "pynetdicom is let in")
    expect(association.send_c_echo().Status == 0, "verification")
    for number, syntax in enumerate(syntaxes):
        sent = image(number, syntax)
        if syntax == ExplicitVRBigEndian:
            sent.PixelData = numpy.frombuffer(sent.PixelData, "<u2").astype(">u2").tobytes()
        # An association each: on one, pynetdicom converts to whatever uncompressed syntax was accepted first.
        sender = AE(ae_title="PYNETDICOM")
        sender.add_requested_context(CTImageStorage, syntax)
        sending = sender.associate("127.0.0.1", node.port, ae_title="HUIZHEN")
        expect(sending.send_c_store(sent).Status == 0, f"storage in {syntax.name}")
        sending.release()
        got = pydicom.dcmread(node.folder / sent.SOPInstanceUID)
        expect(got.file_meta.TransferSyntaxUID == syntax and Dataset(got) == Dataset(sent), "the same data set")
    request = Dataset()
    request.TransactionUID = "2.25.900"
    request.ReferencedSOPSequence = [Dataset(), Dataset()]
    for item, uid in zip(request.ReferencedSOPSequence, ("2.25.100.0", "2.25.404")):
        item.ReferencedSOPClassUID, item.ReferencedSOPInstanceUID = CTImageStorage, uid
    status, _ = association.send_n_action(request, 1, StorageCommitmentPushModel, StorageCommitmentPushModelInstance)
    expect(status.Status == 0, "storage commitment is accepted")
    for _ in range(100):
        if reports:
            break
        time.sleep(0.05)
    expect(bool(reports) and reports[0].TransactionUID == "2.25.900", "its report comes on the same association")
    if reports:
        expect([i.ReferencedSOPInstanceUID for i in reports[0].ReferencedSOPSequence] == ["2.25.100.0"], "committed")
        expect([(i.ReferencedSOPInstanceUID, i.FailureReason) for i in reports[0].FailedSOPSequence]
               == [("2.25.404", 0x0112)], "and not there")
    association.release()

    # The provider's role taken by the requestor: an archive's report on an association of its own.
    entity = AE(ae_title="PYNETDICOM")
    entity.add_requested_context(StorageCommitmentPushModel)
    association = entity.associate("127.0.0.1", node.port, ae_title="HUIZHEN",
                                   ext_neg=[build_role(StorageCommitmentPushModel, scp_role=True)])
    report = Dataset()
    report.TransactionUID = "2.25.901"
    report.ReferencedSOPSequence = request.ReferencedSOPSequence[:1]
    status, _ = association.send_n_event_report(report, 1, StorageCommitmentPushModel,
                                                StorageCommitmentPushModelInstance)
    expect(status.Status == 0, "a report on another association")
    association.release()
    said = node.stop()
    expect("reported 2.25.901 1 0" in said, "and it is understood")
    expect("undelivered" not in said and "broken" not in said and not [s for s in said if s.startswith("refused")],
           "nothing was refused")


def archive(port, receiver_port, received, reports):
    """pynetdicom's provider: everything that our client asks."""
    objects = [image(number) for number in range(3)]

    def on_find(event):
        if event.identifier.get("PatientID") in (PATIENT, ""):
            match = Dataset()
            match.SpecificCharacterSet = "GB18030"
            match.PatientName, match.PatientID, match.StudyInstanceUID = "合成^体模", PATIENT, STUDY
            match.QueryRetrieveLevel = "STUDY"
            yield 0xFF00, match

    def on_get(event):
        yield len(objects)
        for one in objects:
            yield 0xFF00, one

    def on_move(event):
        yield "127.0.0.1", receiver_port
        yield len(objects)
        for one in objects:
            yield 0xFF00, one

    def on_store(event):
        received.append(event.request.AffectedSOPInstanceUID)
        return 0

    def on_action(event):
        reports.append(event.action_information)
        return 0, None

    def on_report(event):
        reports.append(event.event_information)
        return 0, None

    entity = AE(ae_title="PYNETDICOM")
    for model in (Verification, Find, Get, Move):
        entity.add_supported_context(model)
    entity.add_supported_context(CTImageStorage, scu_role=True, scp_role=True)
    entity.add_supported_context(StorageCommitmentPushModel, scu_role=True, scp_role=True)
    entity.add_requested_context(CTImageStorage, ExplicitVRLittleEndian)
    return entity.start_server(("127.0.0.1", port), block=False,
                               evt_handlers=[(evt.EVT_C_FIND, on_find), (evt.EVT_C_GET, on_get),
                                             (evt.EVT_C_MOVE, on_move), (evt.EVT_C_STORE, on_store),
                                             (evt.EVT_N_ACTION, on_action), (evt.EVT_N_EVENT_REPORT, on_report)])


def pynetdicom_is_called(tool, work):
    node = Node(tool, work / "moved")
    received, reports = [], []
    port = free_port()
    server = archive(port, node.port, received, reports)

    def call(what, *arguments):
        done = subprocess.run([tool, what, "127.0.0.1", str(port), "PYNETDICOM", *map(str, arguments)],
                              capture_output=True, text=True)
        if done.returncode:
            print(done.stderr)
        return done.stdout.splitlines()

    expect(call("echo") == ["done"], "we verify")
    files = []
    for number in range(4):
        files.append(work / f"sent{number}.dcm")
        image(number, ImplicitVRLittleEndian if number == 3 else ExplicitVRLittleEndian).save_as(files[-1])
    expect(call("store", *files) == ["stored"] * 4 and len(received) == 4, "we store")
    expect(call("find", PATIENT) == ["match 合成^体模"], "we ask, and read GB 18030")
    expect(call("find", "NOBODY") == [], "we ask for nobody")
    expect(call("get", work / "got", STUDY)[-1:] == ["retrieved 0 3 0"], "we get")
    expect(len(list((work / "got").iterdir())) == 3, "what we got is there")
    expect(call("move", "HUIZHEN", STUDY)[-1:] == ["retrieved 0 3 0"], "we have it moved")
    expect(call("commit", "2.25.902", "2.25.100.1") == [], "we ask for commitment, the report comes later")
    expect(call("report", "2.25.903", "2.25.100.1") == ["done"], "we report on an association of ours")
    expect([r.TransactionUID for r in reports] == ["2.25.902", "2.25.903"], "both arrive")
    server.shutdown()
    expect(len([s for s in node.stop() if s.startswith("stored")]) == 3, "what was moved is there")


def main():
    tool = sys.argv[1]
    for test in (pynetdicom_calls, pynetdicom_is_called):
        with tempfile.TemporaryDirectory() as folder:
            work = pathlib.Path(folder)
            (work / "moved").mkdir()
            (work / "got").mkdir()
            test(tool, work)
    sys.exit(1 if failures else 0)


if __name__ == "__main__":
    main()
