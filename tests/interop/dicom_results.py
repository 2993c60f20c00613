#!/usr/bin/env python3
"""What pydicom and highdicom read from our result objects, against what was put in.

    build/tests/write_results SERIES_FOLDER OUT
    python3 tests/interop/dicom_results.py SERIES_FOLDER OUT

Needs pydicom and highdicom. SERIES_FOLDER need not exist: a phantom is drawn into it. Prints a line for each kind of
object and exits with 1 where anything differs.
"""
import json
import pathlib
import sys

import highdicom
import numpy
import pydicom
from pydicom.sr._concepts_dict import concepts

failures = []


def check(holds, what):
    if not holds:
        failures.append(what)


def code(sequence):
    return sequence[0].CodeMeaning


def value_of(item):
    measured = item.MeasuredValueSequence[0]
    # The decimal string holds nine digits, the floating point value all of them.
    check(abs(float(measured.NumericValue) - measured.FloatingPointValue) <= 1e-8 * abs(measured.FloatingPointValue), "NumericValue")
    return measured.FloatingPointValue


def name_of(item):
    name = code(item.ConceptNameCodeSequence)
    derivation = [code(c.ConceptCodeSequence) for c in item.get("ContentSequence", []) if code(c.ConceptNameCodeSequence) == "Derivation"]
    return ", ".join([name] + derivation)


def measurements_in(group):
    return {name_of(item): item for item in group.ContentSequence if item.ValueType == "NUM"}


def named(group, name):
    return [item for item in group.ContentSequence if "ConceptNameCodeSequence" in item and code(item.ConceptNameCodeSequence) == name]


def check_codes(dataset):
    """Every code of a public scheme is in pydicom's copy of PS3.16, with that meaning."""
    seen = set()
    for element in dataset.iterall():
        if element.VR == "SQ":
            for item in element.value:
                if "CodeValue" in item and item.CodingSchemeDesignator in ("DCM", "SCT", "IBSI", "LN"):
                    seen.add((item.CodingSchemeDesignator, item.CodeValue, item.CodeMeaning))
    for scheme, value, meaning in sorted(seen):
        known = [m for words in concepts[scheme].values() for v, (m, _) in words.items() if v == value]
        check(meaning.lower() in [k.lower() for k in known], f"{scheme} {value} {meaning!r}: {known}")
    return len(seen)


def check_report(path, expected):
    report = highdicom.sr.srread(path)
    check(type(report).__name__ == "Comprehensive3DSR", "type of the report")
    content = report.content
    volumes = content.get_volumetric_roi_measurement_groups()
    sections = content.get_planar_roi_measurement_groups()
    check(len(volumes) == len(sections) == len(expected["findings"]), "number of groups")
    worst = 0.0
    raw = pydicom.dcmread(path)
    containers = [c for c in raw.ContentSequence if name_of(c) == "Imaging Measurements"]
    groups = list(containers[0].ContentSequence)
    for i, finding in enumerate(expected["findings"]):
        for group, values in ((groups[2 * i], finding["measurements"]), (groups[2 * i + 1], finding["section"])):
            found = measurements_in(group)
            check(set(found) == set(values), f"names of measurements: {set(found) ^ set(values)}")
            for name, value in values.items():
                worst = max(worst, abs(value_of(found[name]) - value))
        cancer = measurements_in(groups[2 * i])["Probability of cancer"]
        bounds = [value_of(c) for c in cancer.ContentSequence if c.RelationshipType == "HAS PROPERTIES"]
        check(numpy.allclose(bounds, finding["interval"], atol=0, rtol=1e-15), "interval")
        centre = named(groups[2 * i], "Center")[0]
        check(numpy.allclose(centre.GraphicData, finding["centre"], atol=1e-4), "centre")
        check(volumes[i].tracking_uid == sections[i].tracking_uid, "tracking UIDs")
        check(volumes[i].finding_type.meaning == "Nodule", "finding")
        # highdicom's own reading of the same measurements.
        for group, values in ((volumes[i], finding["measurements"]), (sections[i], finding["section"])):
            for item in group.get_measurements():
                meaning = item.name.meaning + (", " + item.derivation.meaning if item.derivation is not None else "")
                check(abs(item.value - values[meaning]) <= 1e-8 * max(1, abs(values[meaning])), f"highdicom reads {meaning}")
        area = polygon_area(named(groups[2 * i + 1], "Image Region")[0].GraphicData)
        finding["polygon_area"] = area
    check(worst == 0.0, f"measurements differ by {worst}")
    print(f"report: {len(volumes)} findings, measurements differ by {worst}, {check_codes(raw)} public codes")
    return [g.tracking_uid for g in volumes]


def polygon_area(data):
    points = numpy.array(data).reshape(-1, 3).astype(float)
    check(numpy.array_equal(points[0], points[-1]), "polygon is closed")
    return numpy.linalg.norm(numpy.cross(points[:-1] - points[0], points[1:] - points[0]).sum(axis=0)) / 2


def check_segmentation(path, expected, sources, tracking_uids):
    segmentation = highdicom.seg.segread(path)
    check([s.TrackingUID for s in segmentation.SegmentSequence] == tracking_uids, "tracking UIDs of SR and SEG")
    uids = [s.SOPInstanceUID for s in sources]
    pixels = segmentation.get_pixels_by_source_instance(
        uids, combine_segments=False, ignore_spatial_locations=False, assert_missing_frames_are_empty=True)
    differing = ours = 0
    for i, finding in enumerate(expected["findings"]):
        truth = numpy.zeros(pixels.shape[:3], dtype=bool)
        largest = 0
        for plane in finding["planes"]:
            rows = numpy.array([[c == "1" for c in row] for row in plane["rows"]])
            y, x = plane["y"], plane["x"]
            truth[uids.index(plane["image"]), y:y + rows.shape[0], x:x + rows.shape[1]] = rows
            largest = max(largest, rows.sum())
        differing += int((truth != (pixels[..., i] != 0)).sum())
        ours += int(truth.sum())
        spacing = [float(v) for v in sources[0].PixelSpacing]
        check(abs(finding["polygon_area"] - largest * spacing[0] * spacing[1]) < 0.01, "polygon's area is its pixels'")
    check(differing == 0, f"{differing} pixels of the segmentation differ")
    by_uid = {s.SOPInstanceUID: s for s in sources}
    for frame in segmentation.PerFrameFunctionalGroupsSequence:
        source = by_uid[frame.DerivationImageSequence[0].SourceImageSequence[0].ReferencedSOPInstanceUID]
        check(list(map(float, frame.PlanePositionSequence[0].ImagePositionPatient)) == list(map(float, source.ImagePositionPatient)), "frame position")
    shared = segmentation.SharedFunctionalGroupsSequence[0]
    check(list(map(float, shared.PlaneOrientationSequence[0].ImageOrientationPatient)) == list(map(float, sources[0].ImageOrientationPatient)), "orientation")
    print(f"segmentation: {len(segmentation.SegmentSequence)} segments, {segmentation.NumberOfFrames} frames, {ours} pixels set, {differing} differ, {check_codes(segmentation)} public codes")


def check_others(folder, expected, sources):
    uids = {s.SOPInstanceUID for s in sources}
    keys = highdicom.ko.KeyObjectSelectionDocument.from_dataset(pydicom.dcmread(folder / "key_images.dcm"))
    images = keys.content.get_references(sop_class_uid=sources[0].SOPClassUID)
    check(0 < len(images) <= len(expected["findings"]), "number of key images")
    check(all(i.referenced_sop_instance_uid in uids for i in images), "key images are the source's")
    state = pydicom.dcmread(folder / "presentation_state.dcm")
    planes = sum(len(f["planes"]) for f in expected["findings"])
    outlines = [g for a in state.GraphicAnnotationSequence for g in a.GraphicObjectSequence if g.GraphicType == "POLYLINE"]
    check(len(outlines) == planes, "an outline on every plane")
    for annotation in state.GraphicAnnotationSequence:
        check(annotation.ReferencedImageSequence[0].ReferencedSOPInstanceUID in uids, "annotated images are the source's")
    picture = pydicom.dcmread(folder / "picture.dcm")
    count = picture.pixel_array.size
    check(numpy.array_equal(picture.pixel_array.ravel(), (numpy.arange(count) * 7 % 256).astype(numpy.uint8)), "picture")
    print(f"key images: {len(images)}; presentation state: {len(outlines)} outlines; picture: {picture.Columns}x{picture.Rows}")


def main():
    series, folder = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
    expected = json.loads((folder / "expected.json").read_text())
    sources = [pydicom.dcmread(p, stop_before_pixels=True) for p in sorted(series.rglob("*.dcm"))]
    tracking = check_report(folder / "report.dcm", expected)
    check_segmentation(folder / "segmentation.dcm", expected, sources, tracking)
    check_others(folder, expected, sources)
    for failure in failures:
        print("differs:", failure)
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
