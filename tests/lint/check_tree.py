"""Runs every rule of rules.py over the files git knows. Usage: check_tree.py ROOT"""

import pathlib
import subprocess
import sys

import rules


def tracked_files(root):
    listed = subprocess.run(["git", "-C", root, "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
                            capture_output=True, check=True).stdout.decode().split("\0")
    files = {}
    for name in filter(None, listed):
        path = pathlib.Path(root, name)
        if path.is_file():
            files[name] = path.read_text(errors="replace") if path.stat().st_size < 1 << 20 else ""
    return files


def main():
    files = tracked_files(sys.argv[1])
    findings = [finding for rule in rules.ALL for finding in rule(files)]
    print("\n".join(findings) or f"{len(files)} files keep the rules")
    return 1 if findings or not files else 0


if __name__ == "__main__":
    sys.exit(main())
