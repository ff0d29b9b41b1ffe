#!/usr/bin/env python3
"""Writes what the binary is made of as a CycloneDX 1.5 document: sbom.py BINARY OUT.

The packages are those that cargo resolves for the server on this machine's platform and for the browser half on wasm32,
with the checksums of Cargo.lock, and those of npm that the SQL editor is made of, as npm installed them. Tools of the
build are left out, but for packages whose C sources are linked in.
"""
import base64
import hashlib
import json
import os
import re
import subprocess
import sys

ROOTS = {"server": None, "frontend": "wasm32-unknown-unknown"}


def run(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def host():
    return re.search(r"^host: (\S+)$", run("rustc", "-vV"), re.M).group(1)


def checksums():
    """By name and version. Cargo writes its lock file one member a line."""
    with open("Cargo.lock", encoding="utf-8") as lock:
        found = re.findall(r'name = "(.+)"\nversion = "(.+)"\nsource = ".+"\nchecksum = "([0-9a-f]{64})"', lock.read())
    return {(name, version): checksum for name, version, checksum in found}


def linked(edge, names):
    """Whether an edge of the graph brings code into the binary. `openssl-src` and its like carry the sources of a library."""
    kinds = {kind["kind"] for kind in edge["dep_kinds"]}
    return None in kinds or ("build" in kinds and names[edge["pkg"]].endswith("-src"))


def reachable(metadata, root):
    """The packages that a workspace member links, and for each the packages that it links."""
    names = {package["id"]: package["name"] for package in metadata["packages"]}
    nodes = {node["id"]: node for node in metadata["resolve"]["nodes"]}
    graph, waiting = {}, [next(ident for ident in metadata["workspace_members"] if names[ident] == root)]
    while waiting:
        ident = waiting.pop()
        if ident not in graph:
            graph[ident] = [edge["pkg"] for edge in nodes[ident]["deps"] if linked(edge, names)]
            waiting += graph[ident]
    return graph


def purl(package):
    return f"pkg:cargo/{package['name']}@{package['version']}"


def component(package, known):
    out = {"type": "library", "bom-ref": purl(package), "name": package["name"], "version": package["version"], "purl": purl(package)}
    if package["license"]:
        # Older packages write a slash for "or".
        out["licenses"] = [{"expression": re.sub(r"\s*/\s*", " OR ", package["license"])}]
    out["hashes"] = [{"alg": "SHA-256", "content": known[package["name"], package["version"]]}]
    return out


def bundled():
    """The npm packages that files of the SQL editor are from, as esbuild wrote them down beside it."""
    with open(os.path.join(os.environ["SLUICE_SITE"], "sql-editor.json"), encoding="utf-8") as file:
        (written,) = json.load(file)["outputs"].values()
    used = [path for path, part in written["inputs"].items() if part["bytesInOutput"] > 0]
    found = filter(None, (re.match(r"(.*)/node_modules/((?:@[^/]+/)?[^/]+)/", path) for path in used))
    components = []
    for folder, name in sorted({match.groups() for match in found}):
        with open(os.path.join(folder, "node_modules", ".package-lock.json"), encoding="utf-8") as file:
            package = json.load(file)["packages"][f"node_modules/{name}"]
        ref = f"pkg:npm/{name.replace('@', '%40')}@{package['version']}"
        checksum = base64.b64decode(package["integrity"].removeprefix("sha512-")).hex()
        components.append({"type": "library", "bom-ref": ref, "name": name, "version": package["version"], "purl": ref,
                           "licenses": [{"expression": package["license"]}], "hashes": [{"alg": "SHA-512", "content": checksum}]})
    return components


def main(binary, out):
    packages, graph = {}, {}
    for root, platform in ROOTS.items():
        metadata = json.loads(run("cargo", "metadata", "--locked", "--format-version", "1", "--filter-platform", platform or host()))
        packages.update((package["id"], package) for package in metadata["packages"])
        for ident, edges in reachable(metadata, root).items():
            graph.setdefault(ident, set()).update(edges)
    foreign = {ident: packages[ident] for ident in graph if packages[ident]["source"]}
    # Crates of this repository are the program itself: what they link, the program links.
    direct = {edge for ident, edges in graph.items() if ident not in foreign for edge in edges if edge in foreign}
    known = checksums()
    server = next(package for package in packages.values() if package["name"] == "server" and not package["source"])
    with open(binary, "rb") as file:
        checksum = hashlib.file_digest(file, "sha256").hexdigest() if hasattr(hashlib, "file_digest") else hashlib.sha256(file.read()).hexdigest()
    program = {"type": "application", "bom-ref": "sluice", "name": "sluice", "version": server["version"],
               "licenses": [{"expression": server["license"]}], "hashes": [{"alg": "SHA-256", "content": checksum}]}
    ordered = sorted(foreign.values(), key=purl)
    editor = bundled()
    edges = [{"ref": "sluice", "dependsOn": sorted([purl(packages[ident]) for ident in direct] + [package["purl"] for package in editor])}]
    edges += [{"ref": purl(package), "dependsOn": sorted({purl(packages[edge]) for edge in graph[package["id"]]})} for package in ordered]
    document = {
        "$schema": "http://cyclonedx.org/schema/bom-1.5.schema.json", "bomFormat": "CycloneDX", "specVersion": "1.5", "version": 1,
        "metadata": {"component": program},
        "components": [component(package, known) for package in ordered] + editor,
        "dependencies": edges,
    }
    with open(out, "w", encoding="utf-8") as file:
        json.dump(document, file, indent=1)
        file.write("\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
