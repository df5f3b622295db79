//! Packages that the page holds and every Worker is given, packed as bytes.

use serde::{Deserialize, Serialize};

/// A folder of files that programs import from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Package {
    /// As the page lists it.
    pub name: String,
    /// Where imports look, below the package's own folder: empty for that
    /// folder itself.
    pub roots: Vec<String>,
    pub files: Vec<PackageFile>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PackageFile {
    /// Below the package's own folder, with `/` between names.
    pub path: String,
    pub data: Vec<u8>,
}

pub fn pack(packages: &[Package]) -> Vec<u8> {
    postcard::to_allocvec(packages).expect("packages have no part that cannot be written")
}

/// The packages that [`pack`] wrote; `None` if the bytes are something else.
pub fn unpack(bytes: &[u8]) -> Option<Vec<Package>> {
    postcard::from_bytes(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packed_packages_come_back() {
        let packages = vec![Package {
            name: "kit 1.0".to_owned(),
            roots: vec![String::new(), "src".to_owned()],
            files: vec![PackageFile {
                path: "kit/__init__.py".to_owned(),
                data: vec![0, 255],
            }],
        }];
        let bytes = pack(&packages);
        assert_eq!(unpack(&bytes), Some(packages));
        assert_eq!(unpack(&bytes[..bytes.len() - 1]), None);
    }
}
