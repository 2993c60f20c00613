#!/usr/bin/env python3
"""Compares every field that our parser finds in HL7 v2 messages with what python-hl7 finds.

    python3 tests/interop/hl7_fields.py BUILD/tests/print_hl7_fields UNPACKED_FOLDER

Needs python-hl7. Left out, and counted: messages that we refuse, those of other delimiters than the usual ones, and
those whose segments go on over a line's end, which python-hl7 takes for segments. Ends with 1 where a leaf differs.
"""
import json
import pathlib
import re
import sys
from subprocess import run

import hl7

DELIMITERS = re.compile(r"\\([FSTRE])\\")


def levels(field):
    """Repetitions, components and subcomponents of a python-hl7 field, as written."""
    text = str(field)
    return [[component.split("&") for component in repetition.split("^")] for repetition in text.split("~")]


def trimmed(field):
    return [[[leaf.rstrip() for leaf in component] for component in repetition] for repetition in field]


def main():
    printer, root = sys.argv[1:3]
    paths = sorted(str(p) for p in pathlib.Path(root).rglob("*") if p.is_file() and p.name != "README.txt")
    done = run([printer, *paths], capture_output=True, check=True)
    compared = different = leaf_count = 0
    left_out = {"refused": 0, "other delimiters": 0, "broken lines": 0, "python-hl7 refuses": 0}
    for line in done.stdout.decode().splitlines():
        ours = json.loads(line)
        if "refused" in ours:
            left_out["refused"] += 1
            continue
        if not ours["ascii_delimiters"]:
            left_out["other delimiters"] += 1
            continue
        if not ours["one_line_each"]:
            left_out["broken lines"] += 1
            continue
        raw = pathlib.Path(ours["file"]).read_bytes()[ours["at"]:ours["at"] + ours["bytes"]]
        text = "\r".join(part for part in re.split(r"[\r\n]+", raw.decode().strip("\r\n\x1c\x0b\0")) if part)
        try:
            theirs = hl7.parse(text + "\r")
        except Exception:
            left_out["python-hl7 refuses"] += 1
            continue
        compared += 1
        for mine, other in zip(ours["segments"], theirs, strict=True):
            name, fields = mine
            assert name == str(other[0])[:3], (name, str(other[0]))
            first = 3 if name in ("MSH", "FHS", "BHS") else 1
            for number, repetitions in enumerate(fields, 1):
                if number < first:
                    continue
                found = [[[leaf[0] for leaf in component] for component in repetition] for repetition in repetitions]
                expected = levels(other[number]) if number < len(other) else [[[""]]]
                if mine is ours["segments"][-1] and number == len(fields):
                    found, expected = trimmed(found), trimmed(expected)  # python-hl7 strips a message's end
                if expected == [[[""]]] and not repetitions:
                    expected = []
                leaf_count += sum(len(component) for repetition in found for component in repetition)
                if found != expected:
                    different += 1
                    print("differs:", ours["file"], name, number, found, expected)
                for leaf in (leaf for repetition in repetitions for component in repetition for leaf in component):
                    rest = DELIMITERS.sub("", leaf[0])
                    if "\\" in rest or leaf[0] == '""':
                        continue
                    if theirs.unescape(leaf[0]) != leaf[1]:
                        different += 1
                        print("reads differently:", ours["file"], name, number, leaf, theirs.unescape(leaf[0]))
    print(f"{compared} messages compared, {leaf_count} leaves, {different} differ; left out: {left_out}")
    return 1 if different or not compared else 0


if __name__ == "__main__":
    sys.exit(main())
