"""Compiles every header of ours by itself, syntax only. Usage: headers_alone.py ROOT COMPILER"""

import concurrent.futures
import pathlib
import subprocess
import sys


def main():
    root, compiler = pathlib.Path(sys.argv[1]), sys.argv[2]
    modules = [root / name for name in ("engine", "imaging", "federation", "storage", "client_ui")]
    includes = sorted({path.parent for m in modules for path in m.glob("**/include/huizhen")})
    headers = sorted(path for m in modules for path in m.glob("**/include/huizhen/**/*.h"))
    flags = ["-std=c++20", "-fsyntax-only", "-x", "c++", "-Wall", "-Wextra"]
    flags += [f"-I{path}" for path in includes]

    def compile_alone(header):
        done = subprocess.run([compiler, *flags, str(header)], capture_output=True, text=True)
        return None if done.returncode == 0 else f"{header.relative_to(root)} does not compile alone:\n{done.stderr}"

    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        failures = [text for text in pool.map(compile_alone, headers) if text]
    print("\n".join(failures) or f"{len(headers)} headers compile alone")
    return 1 if failures or not headers else 0


if __name__ == "__main__":
    sys.exit(main())
