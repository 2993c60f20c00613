#!/usr/bin/env python3
"""Whether de-identified files are what PS3.15 Table E.1-1 allows, by another reader and another copy of the table.

    build/tests/deidentify_files IN OUT [all]
    python3 tests/interop/deidentify.py IN OUT [all]

Needs pydicom and dicom-anonymizer (whose lists of tags by action are the second copy). Walks original and result side
by side, items of sequences included: X gone, Z empty or a dummy, D another value, U another UID, and the same for the
same; whatever the table does not name unchanged, but for what the folder's header says goes beyond it. Then looks for
the original's names, identifiers and UIDs in the raw bytes of the result.
"""
import collections
import importlib
import pathlib
import re
import sys
import warnings

import pydicom

warnings.filterwarnings("ignore")
pydicom.config.settings.reading_validation_mode = pydicom.config.IGNORE

table = importlib.import_module("dicomanonymizer.dicom_anonymization_databases.dicomfields_2026c")
ACTIONS = {}
for name, action in (("D", "D"), ("Z", "Z"), ("X", "X"), ("U", "U"), ("Z_D", "Z/D"), ("X_Z", "X/Z"), ("X_D", "X/D"),
                     ("X_Z_D", "X/Z/D"), ("X_Z_U_STAR", "X/Z/U*")):
    for tag in getattr(table, name + "_TAGS"):
        if len(tag) == 2:
            ACTIONS[tag] = action

OURS = {(0x0012, 0x0062), (0x0012, 0x0063), (0x0012, 0x0064), (0x0028, 0x0303), (0x0028, 0x0301), (0x0010, 0x0010), (0x0010, 0x0020)}
DUMMIES = {"ANONYMIZED", "19000101", "19000101000000", "000000", "000Y", "0", "", "urn:anonymized", "0.0"}
# What the options may leave: Retain Modified Dates, Clean Descriptors, Patient Characteristics, Device Identity.
OPTIONAL = re.compile(r"dates=C|descriptors=C|patient=[KC]|device=[KC]")

problems = collections.Counter()
counts = collections.Counter()
uids = {}


def optional_tags():
    path = pathlib.Path(__file__).parents[2] / "imaging/deidentify/profile_table.tsv"
    rows = [line.split("\t") for line in path.read_text().splitlines() if not line.startswith("#")]
    return {(int(r[0][:4], 16), int(r[0][4:], 16)) for r in rows if "X" not in r[0] and OPTIONAL.search(r[2])}


def text(element):
    value = element.value
    if value is None:
        return ""
    if isinstance(value, (pydicom.multival.MultiValue, list)):
        return "\\".join(str(v) for v in value)
    return str(value)


def is_uid(value):
    return value and not value.startswith("1.2.840.10008.")


def compare(before, after, options, where):
    for element in before:
        tag = (element.tag.group, element.tag.elem)
        action = ACTIONS.get(tag)
        counts["elements"] += 1
        if tag in OURS or element.tag == 0x7FE00010:
            continue
        if element.tag.is_private or tag[0] & 0xFF00 in (0x5000, 0x6000):
            if element.tag in after and not (options and element.tag.is_private):
                problems[f"{element.tag} should be gone"] += 1
            continue
        if element.tag not in after:
            if action is None:
                counts["unlisted and gone"] += 1
            elif "X" not in action and tag not in ((0x0040, 0xA730), (0x0070, 0x0001)):
                problems[f"{element.tag} {action}: gone"] += 1
            continue
        left = after[element.tag]
        if element.VR == "SQ":
            if action in ("X",) and tag not in options:
                problems[f"{element.tag} {action}: there"] += 1
            if len(left.value) not in (0, len(element.value)):
                problems[f"{element.tag}: items"] += 1
            for a, b in zip(element.value, left.value):
                compare(a, b, options, where)
            continue
        old, new = text(element), text(left)
        if element.VR == "UI":
            for a, b in zip(old.split("\\"), new.split("\\")):
                if is_uid(a):
                    if uids.setdefault(a, b) != b or a == b:
                        problems[f"{element.tag}: UID"] += 1
                elif a != b:
                    problems[f"{element.tag}: DICOM's own UID"] += 1
        elif tag in options:
            counts["left to options"] += 1
        elif action == "X":
            problems[f"{element.tag} X: there"] += 1
        elif action is not None:
            if not set(new.split("\\")) <= DUMMIES and not isinstance(left.value, bytes):
                problems[f"{element.tag} {action}: neither empty nor a dummy"] += 1
            counts["emptied or replaced"] += 1
        elif old != new and element.VR not in ("DA", "DT", "PN") and new not in DUMMIES:
            problems[f"{element.tag} {element.VR}: changed without need"] += 1
        else:
            counts["unlisted and kept"] += 1


def public_elements(dataset):
    for element in dataset:
        if element.tag.is_private:
            continue
        yield element
        for item in element.value if element.VR == "SQ" else ():
            yield from public_elements(item)


def secrets(dataset):
    for element in public_elements(dataset):
        if element.VR == "UI":
            for uid in text(element).split("\\"):
                if is_uid(uid) and len(uid) > 16:
                    yield uid
        elif element.VR == "PN":
            for part in re.split(r"[\^=\\ ,]+", text(element)):
                if len(part) >= 4 and part.isascii() and part.upper() not in ("ANONYMIZED", "REMOVED"):
                    yield part
        elif element.keyword in ("PatientID", "AccessionNumber", "InstitutionName") and len(text(element)) >= 6:
            yield text(element)


def code_strings(dataset):
    return {v.strip().upper() for e in dataset.iterall() if e.VR == "CS" for v in text(e).split("\\")}


def main():
    before, after = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
    options = optional_tags() if len(sys.argv) > 3 else set()
    leaks = collections.Counter()
    for path in sorted(p for p in after.rglob("*") if p.is_file()):
        counts["files"] += 1
        try:
            original = pydicom.dcmread(before / path.relative_to(after), force=True)
        except Exception:  # of the many that pydicom raises on files it cannot read
            counts["not read by pydicom"] += 1
            continue
        result = pydicom.dcmread(path)
        compare(original, result, options, path.name)
        raw = path.read_bytes()
        for secret in set(secrets(original)):
            # Not inside a longer word or UID.
            if secret.upper() in code_strings(result):
                continue  # a defined term that somebody is called by
            if re.search(rb"(?<![\w.])" + re.escape(secret.encode(errors="ignore")) + rb"(?![\w.])", raw, re.IGNORECASE):
                leaks[f"{path.name}: {secret}"] += 1
    print(dict(counts), f"{len(uids)} UIDs")
    for problem, count in problems.most_common():
        print("differs:", problem, count)
    for leak in leaks:
        print("left:", leak)
    return 1 if problems or leaks else 0


if __name__ == "__main__":
    sys.exit(main())
