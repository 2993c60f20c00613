#!/usr/bin/env python3
"""What pydicom reads from the conformance files: one line a file, for tests/imaging/dicom/conformance_expected.tsv.

    python3 tests/interop/dicom_expected.py UNPACKED_FOLDER > tests/imaging/dicom/conformance_expected.tsv

Needs pydicom with pylibjpeg, pylibjpeg-libjpeg, pylibjpeg-openjpeg and pyjpegls. Columns: path; columns, rows and
frames ("512x512x1"); SHA-256 of the stored values as little-endian int32, bits above BitsStored dropped and signs
extended; their mean and maximum, for lossy JPEG, whose inverse transform may round either way; or "-" and the reason
why there is nothing to compare.
"""
import hashlib
import os
import sys
import warnings

import numpy
import pydicom

warnings.filterwarnings("ignore")


def stored_values(dataset):
    pixels = dataset.pixel_array.astype(numpy.int64)
    shift = 64 - dataset.BitsStored
    pixels = (pixels.astype(numpy.uint64) << numpy.uint64(shift))
    if dataset.PixelRepresentation == 1:
        return (pixels.astype(numpy.int64) >> shift).astype("<i4")
    return (pixels >> numpy.uint64(shift)).astype("<i4")


def describe(path):
    try:
        dataset = pydicom.dcmread(path, force=False)
    except Exception as error:
        return "-", f"pydicom: {type(error).__name__}"
    if "PixelData" not in dataset:
        return "-", "no pixel data"
    if dataset.get("SamplesPerPixel", 1) != 1 or not dataset.get("PhotometricInterpretation", "").startswith("MONO"):
        return "-", "colour"
    if dataset.get("BitsAllocated") not in (8, 16):
        return "-", f"{dataset.get('BitsAllocated')} bits"
    try:
        pixels = stored_values(dataset)
    except Exception as error:
        return "-", f"pydicom pixels: {type(error).__name__}"
    frames = int(dataset.get("NumberOfFrames", 1) or 1)
    digest = hashlib.sha256(pixels.tobytes()).hexdigest()
    size = f"{dataset.Columns}x{dataset.Rows}x{frames}"
    return size, digest, f"{pixels.mean(dtype=numpy.float64):.4f}", str(pixels.max())


def main():
    root = sys.argv[1]
    paths = sorted(os.path.relpath(os.path.join(folder, name), root) for folder, _, names in os.walk(root) for name in names)
    print("# Made by tests/interop/dicom_expected.py with pydicom " + pydicom.__version__)
    for path in paths:
        print("\t".join([path, *describe(os.path.join(root, path))]))


if __name__ == "__main__":
    main()
