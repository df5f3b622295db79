//! From files to packages: which are one, what is in a wheel, and what is
//! refused.

use std::collections::BTreeMap;

use airlock_protocol::packages::{Package, PackageFile};
use crc::{CRC_32_ISO_HDLC, Crc, Table};
use miniz_oxide::inflate::decompress_to_vec_with_limit;
use rawzip::{CompressionMethod, ZipArchive, ZipSliceArchive};

/// Of all that one archive holds.
const LARGEST_BYTES: u64 = 64 << 20;
const CHECKSUM: Crc<u32, Table<1>> = Crc::<u32, Table<1>>::new(&CRC_32_ISO_HDLC);
/// What only the machine it was built for can run.
const NATIVE: &[&str] = &["so", "pyd", "dll", "dylib"];

/// The packages that files are, each file with its path from what was chosen:
/// an archive or a module by itself is one, and so is all that shares a folder.
pub fn packages_of(files: Vec<PackageFile>) -> Vec<Result<Package, String>> {
    let mut folders: BTreeMap<String, Vec<PackageFile>> = BTreeMap::new();
    let mut found = Vec::new();
    for file in files {
        match file.path.split_once('/') {
            Some((folder, _)) => folders.entry(folder.to_owned()).or_default().push(file),
            None => found.push(package_of_file(file)),
        }
    }
    found.extend(
        folders
            .into_iter()
            .map(|(folder, files)| package(folder, files)),
    );
    if found.is_empty() {
        found.push(Err("there is no file in what was chosen".to_owned()));
    }
    found
}

fn package_of_file(file: PackageFile) -> Result<Package, String> {
    let name = file.path.clone();
    match name.rsplit_once('.') {
        Some((stem, "whl")) => {
            let shown = wheel_name(stem).map_err(|why| format!("{name} {why}"))?;
            let files = unzipped(&file.data).map_err(|why| format!("{name} {why}"))?;
            package(shown, files.into_iter().map(installed).collect())
        }
        Some((stem, "zip")) => {
            let files = unzipped(&file.data).map_err(|why| format!("{name} {why}"))?;
            package(stem.to_owned(), files)
        }
        Some((_, "py")) => package(name, vec![file]),
        _ => Err(format!(
            "{name} is neither a wheel (.whl) nor a .zip, a folder or a .py file"
        )),
    }
}

/// What a wheel's name says it is: `kit 1.0`. Only those for any machine will
/// do: `NAME-VERSION(-BUILD)-PYTHON-none-any`.
fn wheel_name(stem: &str) -> Result<String, String> {
    let parts: Vec<&str> = stem.split('-').collect();
    let [name, version, middle @ .., abi, platform] = parts.as_slice() else {
        return Err("has not the name of a wheel".to_owned());
    };
    let python = middle.last().copied().unwrap_or_default();
    if (*abi, *platform) != ("none", "any") {
        return Err(format!(
            "is built for {python} on {platform}; only pure Python can run here (a wheel that ends in -none-any.whl)"
        ));
    }
    if !python.split('.').any(|tag| tag.starts_with("py3")) {
        return Err(format!("is for {python}, and this is Python 3"));
    }
    Ok(format!("{name} {version}"))
}

/// A wheel's file where an installer puts it.
fn installed(mut file: PackageFile) -> PackageFile {
    let parts: Vec<&str> = file.path.splitn(3, '/').collect();
    if let [folder, "purelib" | "platlib", rest] = parts[..]
        && folder.ends_with(".data")
    {
        file.path = rest.to_owned();
    }
    file
}

fn unzipped(bytes: &[u8]) -> Result<Vec<PackageFile>, String> {
    let broken = |error: rawzip::Error| format!("cannot be read: {error}");
    let archive = ZipArchive::from_slice(bytes).map_err(broken)?;
    let (mut files, mut room) = (Vec::new(), LARGEST_BYTES);
    let mut entries = archive.entries();
    while let Some(entry) = entries.next_entry().map_err(broken)? {
        if entry.is_dir() {
            continue;
        }
        let path = entry.file_path().try_normalize().map_err(broken)?;
        let size = entry.uncompressed_size_hint();
        room = room.checked_sub(size).ok_or("holds more than 64 MB")?;
        let data = content(&archive, &entry, size)
            .ok_or_else(|| format!("cannot be read: {} is damaged", path.as_ref()))?;
        files.push(PackageFile {
            path: path.as_ref().to_owned(),
            data,
        });
    }
    Ok(files)
}

/// What an entry holds, if it is what the archive says.
fn content(
    archive: &ZipSliceArchive<&[u8]>,
    entry: &rawzip::ZipFileHeaderRecord,
    size: u64,
) -> Option<Vec<u8>> {
    let packed = archive.get_entry(entry.wayfinder()).ok()?;
    let data = match entry.compression_method() {
        CompressionMethod::Store => packed.data().to_vec(),
        CompressionMethod::Deflate => {
            decompress_to_vec_with_limit(packed.data(), size as usize).ok()?
        }
        _ => return None,
    };
    (CHECKSUM.checksum(&data) == entry.crc32()).then_some(data)
}

/// A package of files, where imports find what is in it.
fn package(name: String, files: Vec<PackageFile>) -> Result<Package, String> {
    let extension =
        |file: &PackageFile| file.path.rsplit_once('.').map(|(_, last)| last.to_owned());
    if let Some(native) = files
        .iter()
        .find(|file| extension(file).is_some_and(|last| NATIVE.contains(&&*last)))
    {
        return Err(format!(
            "{name} is not pure Python: it holds {}, which cannot run here",
            native.path
        ));
    }
    if !files
        .iter()
        .any(|file| extension(file).as_deref() == Some("py"))
    {
        return Err(format!("{name} holds no Python"));
    }
    let has = |path: &str| files.iter().any(|file| file.path == path);
    let below = |folder: &str| {
        files.iter().all(|file| {
            file.path
                .strip_prefix(folder)
                .is_some_and(|rest| rest.starts_with('/'))
        })
    };
    // A folder around everything that is no package itself, as a chosen folder
    // and the zip of a repository have it, is where imports look.
    let top = files[0].path.split('/').next().unwrap_or_default();
    let top = if below(top) && !has(&format!("{top}/__init__.py")) {
        top.to_owned()
    } else {
        String::new()
    };
    let inner = if top.is_empty() {
        "src".to_owned()
    } else {
        format!("{top}/src")
    };
    let has_inner = files
        .iter()
        .any(|file| file.path.starts_with(&format!("{inner}/")));
    let mut roots = vec![top];
    if has_inner && !has(&format!("{inner}/__init__.py")) {
        roots.push(inner);
    }
    Ok(Package { name, roots, files })
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use rawzip::ZipArchiveWriter;

    use super::*;

    fn file(path: &str, data: impl Into<Vec<u8>>) -> PackageFile {
        PackageFile {
            path: path.to_owned(),
            data: data.into(),
        }
    }

    fn zip(files: &[(&str, &str)]) -> Vec<u8> {
        let mut bytes = Vec::new();
        let mut archive = ZipArchiveWriter::new(&mut bytes);
        for (path, text) in files {
            let (mut entry, config) = archive
                .new_file(path)
                .compression_method(CompressionMethod::Deflate)
                .start()
                .unwrap();
            let packed = miniz_oxide::deflate::compress_to_vec(text.as_bytes(), 6);
            let mut counted = config.wrap(Vec::new());
            counted.write_all(text.as_bytes()).unwrap();
            let (_, descriptor) = counted.finish().unwrap();
            entry.write_all(&packed).unwrap();
            entry.finish(descriptor).unwrap();
        }
        archive.finish().unwrap();
        bytes
    }

    /// Names and roots, or what is said instead.
    fn check(files: Vec<PackageFile>, expected: &[&str]) {
        let told: Vec<String> = packages_of(files)
            .into_iter()
            .map(|package| match package {
                Ok(package) => {
                    let paths: Vec<_> = package.files.iter().map(|file| &*file.path).collect();
                    format!("{} {:?} {paths:?}", package.name, package.roots)
                }
                Err(problem) => problem,
            })
            .collect();
        assert_eq!(told, expected);
    }

    #[test]
    fn wheel_is_unpacked_as_an_installer_does() {
        let wheel = zip(&[
            ("kit/__init__.py", "NAME = 'kit'\n"),
            ("kit-1.0.data/purelib/extra.py", ""),
            ("kit-1.0.dist-info/METADATA", "Name: kit\n"),
        ]);
        check(
            vec![file("kit-1.0-py3-none-any.whl", wheel.clone())],
            &[r#"kit 1.0 [""] ["kit/__init__.py", "extra.py", "kit-1.0.dist-info/METADATA"]"#],
        );
        let read = packages_of(vec![file("kit-1.0-2-py2.py3-none-any.whl", wheel)]);
        assert_eq!(read[0].as_ref().unwrap().files[0].data, b"NAME = 'kit'\n");
    }

    #[test]
    fn what_is_not_pure_python_is_refused_by_name() {
        check(
            vec![
                file("kit-1.0-cp314-cp314-manylinux_2_28_x86_64.whl", ""),
                file("old-1.0-py2-none-any.whl", ""),
                file("notes.txt", ""),
                file(
                    "fast.zip",
                    zip(&[("fast/__init__.py", ""), ("fast/_c.abi3.so", "")]),
                ),
                file("texts.zip", zip(&[("texts/a.txt", "")])),
                file("half.zip", &zip(&[("half.py", "print(1)")])[..20]),
            ],
            &[
                "kit-1.0-cp314-cp314-manylinux_2_28_x86_64.whl is built for cp314 on manylinux_2_28_x86_64; only pure \
                 Python can run here (a wheel that ends in -none-any.whl)",
                "old-1.0-py2-none-any.whl is for py2, and this is Python 3",
                "notes.txt is neither a wheel (.whl) nor a .zip, a folder or a .py file",
                "fast is not pure Python: it holds fast/_c.abi3.so, which cannot run here",
                "texts holds no Python",
                "half.zip cannot be read: Missing end of central directory",
            ],
        );
    }

    #[test]
    fn imports_look_where_the_modules_are() {
        check(
            vec![file("kit/__init__.py", ""), file("kit/loops.py", "")],
            &[r#"kit [""] ["kit/__init__.py", "kit/loops.py"]"#],
        );
        check(
            vec![file("tools/one.py", ""), file("tools/two/__init__.py", "")],
            &[r#"tools ["tools"] ["tools/one.py", "tools/two/__init__.py"]"#],
        );
        check(
            vec![
                file(
                    "kit-main.zip",
                    zip(&[
                        ("kit-main/README", ""),
                        ("kit-main/src/kit/__init__.py", ""),
                    ]),
                ),
                file("alone.py", "print(1)"),
            ],
            &[
                r#"kit-main ["kit-main", "kit-main/src"] ["kit-main/README", "kit-main/src/kit/__init__.py"]"#,
                r#"alone.py [""] ["alone.py"]"#,
            ],
        );
    }
}
