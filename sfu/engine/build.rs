// SPDX-License-Identifier: Apache-2.0
//! Writes the digest of the sources into the library, and links the system's libopus.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use sha2::{Digest, Sha256};

fn main() {
    println!("cargo:rerun-if-changed=src");
    println!("cargo:rustc-env=HEADCALL_ENGINE_DIGEST={}", digest(Path::new("src")));
    link_opus();
}

/// SHA-256 over every `.rs` file below `root`, in the order of their paths as text: path, NUL, text, NUL.
fn digest(root: &Path) -> String {
    let mut files = Vec::new();
    collect(root, &mut files);
    files.sort_by(|left, right| left.as_os_str().cmp(right.as_os_str())); // a `Path` sorts by its parts
    let mut hash = Sha256::new();
    for file in files {
        let name = file.strip_prefix(root).expect("below the root").to_str().expect("an ASCII path").to_owned();
        hash.update(name.as_bytes());
        hash.update([0]);
        hash.update(fs::read(&file).expect("a readable source"));
        hash.update([0]);
    }
    hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a source folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            collect(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
}

/// By pkg-config where it answers, so that a libopus outside /usr is found; else by its bare name.
fn link_opus() {
    let answer = Command::new("pkg-config").args(["--libs-only-L", "opus"]).output();
    if let Ok(output) = answer
        && output.status.success()
    {
        for word in String::from_utf8_lossy(&output.stdout).split_whitespace() {
            if let Some(folder) = word.strip_prefix("-L") {
                println!("cargo:rustc-link-search=native={folder}");
            }
        }
    }
    println!("cargo:rustc-link-lib=dylib=opus");
}
