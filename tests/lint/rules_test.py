"""Every rule must catch what it is for, and leave alone what it is not."""

import unittest

import rules

EDGES = {"packaging/cmake/HuizhenEdges.cmake": '"base:"\n"volume: base"\n"dicom: base volume"\n'}
HEADERS = {"imaging/dicom/include/huizhen/dicom/a.h": "", "imaging/volume/include/huizhen/volume/v.h": ""}


class Rules(unittest.TestCase):
    def test_names_an_unknown_top_level_entry(self):
        self.assertEqual(len(rules.unknown_top_level({"vendor/x.c": "", "engine/y.cpp": ""})), 1)

    def test_foreign_headers_stay_in_their_folder(self):
        dcmtk = "#include <dcmtk/dcmdata/dctk.h>\n"
        self.assertEqual(rules.forbidden_includes({"imaging/dicom/a.cpp": dcmtk}), [])
        self.assertEqual(rules.forbidden_includes({"tests/imaging/dicom/a.cpp": dcmtk}), [])
        self.assertEqual(len(rules.forbidden_includes({"federation/node/a.cpp": dcmtk})), 1)
        self.assertEqual(len(rules.forbidden_includes({"engine/a.cpp": "#include <sqlite3.h>"})), 1)
        self.assertEqual(len(rules.forbidden_includes({"storage/a.h": '#include "case.pb.h"'})), 1)
        self.assertEqual(len(rules.forbidden_includes({"engine/a.cpp": "#include <QWidget>"})), 1)
        self.assertEqual(rules.forbidden_includes({"client_ui/widgets/a.cpp": "#include <QWidget>"}), [])

    def test_public_headers_hide_foreign_types(self):
        text = {"engine/x/include/huizhen/x/a.h": "#include <nlohmann/json.hpp>"}
        self.assertEqual(len(rules.foreign_types_in_public_headers(text)), 1)

    def test_long_files(self):
        self.assertEqual(len(rules.too_long({"engine/a.h": "\n" * 251, "engine/b.h": "\n" * 250})), 1)
        self.assertEqual(len(rules.too_long({"engine/a.cpp": "\n" * 601, "tests/b.cpp": "\n" * 900})), 1)

    def test_unfinished_words(self):
        self.assertEqual(len(rules.unfinished_words({"engine/a.cpp": "// TODO later"})), 1)

    def test_pragma_once_and_readme(self):
        self.assertEqual(len(rules.missing_pragma_once({"engine/a.h": "int x;"})), 1)
        self.assertEqual(rules.missing_readme({"engine/a.cpp": ""}), ["engine/: no README.md"])

    def test_an_include_is_an_edge(self):
        ok = {"imaging/dicom/a.cpp": "#include <huizhen/volume/v.h>"}
        bad = {"imaging/volume/a.cpp": "#include <huizhen/dicom/a.h>"}
        self.assertEqual(rules.forbidden_edges(EDGES | HEADERS | ok), [])
        self.assertEqual(len(rules.forbidden_edges(EDGES | HEADERS | bad)), 1)


if __name__ == "__main__":
    unittest.main()
