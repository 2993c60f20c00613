"""The rules of the tree that no compiler checks. Each returns a list of sentences; an empty list is a pass.

`files` maps a path relative to the root ("imaging/dicom/reader.cpp") to its text.
"""

import re

TOP_LEVEL = {
    "CMakeLists.txt", "README.md", "CMakePresets.json", "LICENSE", "CHANGELOG.md",
    ".clang-format", ".clang-tidy", ".gitignore", ".gitattributes", ".editorconfig", ".ci",
    "engine", "imaging", "federation", "client_ui", "storage", "tests", "packaging",
}

# A foreign header (a regular expression over what stands between the brackets) and the folders that may
# include it. A test may include what the folder it mirrors may.
FOREIGN = [
    (r"dcmtk/", ["imaging/dicom", "imaging/dicom_network", "imaging/dicom_results", "imaging/deidentify"]),
    (r"openjpeg", ["imaging/dicom"]),
    (r"sqlite3\.h", ["storage/database", "tests/bench/storage"]),
    (r"zstd", ["storage/objects"]),
    (r".*\.pb\.h$|grpc", ["federation/proto", "federation/rpc", "federation/exchange", "federation/coordinator",
                            "client_ui/remote"]),
    (r"Q[A-Z]\w*$|Qt\w+/", ["client_ui"]),
    (r"dnnl|oneapi/dnnl", ["engine/backends/cpu"]),
    (r"cuda|cudnn|cublas|nv\w+\.h", ["engine/backends/cuda"]),
    (r"openssl/", ["engine/base", "imaging/dicom_network", "storage/vault", "storage/audit", "storage/records/mllp",
                   "federation", "tests/bench/federation"]),
    (r"spdlog/", ["engine/base"]),
    (r"fmt/", ["engine/base", "federation/coordinator"]),
    (r"toml", ["federation/settings"]),
    (r"png\.h", ["imaging/render"]),
    (r"zlib\.h", ["imaging/volume", "imaging/dicom", "federation/node/cohorts"]),
    (r"unicode/", ["imaging/dicom", "engine/text", "storage/records"]),
    (r"CLI/", ["federation/node", "federation/coordinator", "tests/bench"]),
]

SOURCE = re.compile(r"\.(h|cpp|cu|cuh)$")
MODULES = ("engine/", "imaging/", "federation/", "client_ui/", "storage/")
INCLUDE = re.compile(r'^\s*#\s*include\s*[<"]([^>"]+)[>"]', re.MULTILINE)
MAX_HEADER_LINES, MAX_SOURCE_LINES = 250, 600


def unknown_top_level(files):
    entries = {path.split("/", 1)[0] for path in files}
    return [f"{name}: unknown at the top level" for name in sorted(entries - TOP_LEVEL)]


def forbidden_includes(files):
    found = []
    for path, text in files.items():
        if not SOURCE.search(path):
            continue
        place = path.removeprefix("tests/")
        for header in INCLUDE.findall(text):
            for pattern, folders in FOREIGN:
                if re.match(pattern, header) and not any(under(path, f) or under(place, f) for f in folders):
                    found.append(f"{path}: <{header}> belongs to {' or '.join(folders)} alone")
    return found


def under(path, folder):
    return path.startswith(folder + "/")


def foreign_types_in_public_headers(files):
    """A public header that includes a foreign one makes every user of ours compile it too."""
    heavy = re.compile(r"dcmtk/|dnnl|nlohmann/|CLI/|spdlog/|openssl/|png\.h|zlib\.h|openjpeg|sqlite3\.h|grpc|.*\.pb\.h")
    return [f"{path}: a public header must not include <{header}>"
            for path, text in files.items() if "/include/huizhen/" in path
            for header in INCLUDE.findall(text) if heavy.match(header)]


def too_long(files):
    found = []
    for path, text in files.items():
        if not SOURCE.search(path) or not path.startswith(MODULES):
            continue
        limit = MAX_HEADER_LINES if path.endswith((".h", ".cuh")) else MAX_SOURCE_LINES
        lines = text.count("\n")
        if lines > limit:
            found.append(f"{path}: {lines} lines; at most {limit}: one idea each")
    return found


def unfinished_words(files):
    words = re.compile(r"\b(TODO|FIXME|XXX|HACK|not implemented|unimplemented)\b")
    return [f"{path}: says {match.group(0)!r}"
            for path, text in files.items() if SOURCE.search(path) and path.startswith(MODULES)
            for match in words.finditer(text)]


def missing_pragma_once(files):
    return [f"{path}: no #pragma once" for path, text in files.items()
            if path.endswith((".h", ".cuh")) and "#pragma once" not in text]


def missing_readme(files):
    modules = {path.split("/", 1)[0] for path in files if path.startswith(MODULES)}
    return [f"{module}/: no README.md" for module in sorted(modules) if f"{module}/README.md" not in files]


def forbidden_edges(files):
    """An include across folders must be a link edge too: `<huizhen/lung/...>` inside imaging/dicom is none."""
    edges = dict(re.findall(r'"(\w+):([^"]*)"', files.get("packaging/cmake/HuizhenEdges.cmake", "")))
    owner = {}  # folder -> target
    for path in files:
        match = re.match(r"(.+)/include/huizhen/(\w+)/", path)
        if match and path.startswith(MODULES):
            owner[match.group(1)] = match.group(2)
    found = []
    for path, text in files.items():
        if not SOURCE.search(path) or not path.startswith(MODULES):
            continue
        folder = next((f for f in sorted(owner, key=len, reverse=True) if under(path, f)), None)
        if folder is None or owner[folder] not in edges:
            continue
        allowed = set(edges[owner[folder]].split()) | {owner[folder]}
        for header in INCLUDE.findall(text):
            match = re.match(r"huizhen/(\w+)/", header)
            if match and match.group(1) not in allowed:
                found.append(f"{path}: includes <{header}>, not an edge of {owner[folder]}")
    return found


ALL = [unknown_top_level, forbidden_includes, foreign_types_in_public_headers, too_long, unfinished_words,
       missing_pragma_once, missing_readme, forbidden_edges]
