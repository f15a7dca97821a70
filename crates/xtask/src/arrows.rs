//! Which crate may depend on which, and what the shipped binary may not contain.
//!
//! Reads what cargo says about the workspace; a crate that is not in the table is an error, so that a new one begins with
//! its line here. Development dependencies may point anywhere: tests see all. Never changes a file. State: none.

use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;
use std::process::Command;

use serde_json::Value;

type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// What a crate may depend on.
enum May<'a> {
    /// These crates of ours and no other.
    Only(&'a [&'a str]),
    /// Every crate that ships.
    AllThatShips,
    /// Everything: it never ships.
    All,
}

/// The arrows. `web` gets what it needs of `fhir`, of sessions and of refusals from `records`, which gives them on by name.
const ARROWS: &[(&str, May<'_>)] = &[
    ("salus-fhir", May::Only(&[])),
    ("salus-seal", May::Only(&[])),
    ("salus-sandbox", May::Only(&[])),
    ("salus-frame", May::Only(&[])),
    ("salus-listen", May::Only(&[])),
    ("salus-passkey", May::Only(&[])),
    ("salus-people", May::Only(&["salus-fhir"])),
    ("salus-trust-api", May::Only(&["salus-seal"])),
    ("salus-store", May::Only(&["salus-seal"])),
    ("salus-accesslog", May::Only(&["salus-seal"])),
    ("salus-keyholder", May::Only(&["salus-trust-api", "salus-seal", "salus-accesslog", "salus-passkey"])),
    ("salus-indexer", May::Only(&["salus-trust-api", "salus-seal"])),
    ("salus-door", May::Only(&["salus-trust-api", "salus-seal", "salus-frame", "salus-listen"])),
    ("salus-messenger", May::Only(&["salus-trust-api", "salus-seal"])),
    ("salus-extractor", May::Only(&["salus-fhir", "salus-seal", "salus-trust-api"])),
    (
        "salus-records",
        May::Only(&["salus-extractor", "salus-fhir", "salus-seal", "salus-store", "salus-trust-api"]),
    ),
    ("salus-web", May::Only(&["salus-records", "salus-frame", "salus-listen"])),
    ("salus", May::AllThatShips),
    ("salus-testkit", May::All),
    ("salus-bench", May::All),
    ("xtask", May::All),
];

/// A second provider of cryptography or TLS. The only one is aws-lc-rs, with rustls on it.
const SECOND_PROVIDERS: &[&str] = &[
    "aes",
    "aes-gcm",
    "aes-gcm-siv",
    "aws-lc-fips-sys",
    "blake2",
    "blake3",
    "boring",
    "boring-sys",
    "chacha20",
    "chacha20poly1305",
    "curve25519-dalek",
    "ecdsa",
    "ed25519",
    "ed25519-dalek",
    "elliptic-curve",
    "hkdf",
    "hmac",
    "libsodium-sys",
    "mbedtls",
    "md-5",
    "md5",
    "native-tls",
    "openssl",
    "openssl-sys",
    "orion",
    "p256",
    "p384",
    "poly1305",
    "ring",
    "rsa",
    "rustls-rustcrypto",
    "s2n-tls",
    "sha1",
    "sha1_smol",
    "sha2",
    "sha3",
    "x25519-dalek",
];

/// A second runtime. The only one is tokio.
const SECOND_RUNTIMES: &[&str] = &[
    "actix-rt",
    "async-executor",
    "async-global-executor",
    "async-io",
    "async-std",
    "compio",
    "glommio",
    "monoio",
    "smol",
    "tokio-uring",
];

/// Of these, one version each: two would be two providers, two runtimes, or types that do not fit together.
const ONE_VERSION: &[&str] =
    &["aws-lc-rs", "aws-lc-sys", "axum", "http", "hyper", "rusqlite", "rustls", "tokio", "zeroize"];

/// Fails with every arrow that is not allowed and everything the binary should not contain.
pub fn run() -> Result<()> {
    let mut findings = wrong_arrows(&own_dependencies()?);
    findings.extend(wrong_contents(&shipped_packages()?));
    if findings.is_empty() { Ok(()) } else { Err(findings.join("\n").into()) }
}

fn cargo(arguments: &[&str]) -> Result<String> {
    let program = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = Command::new(program).args(arguments).current_dir(crate::package::root()).output()?;
    if output.status.success() {
        Ok(String::from_utf8(output.stdout)?)
    } else {
        Err(format!("cargo {}: {}", arguments.join(" "), String::from_utf8_lossy(&output.stderr)).into())
    }
}

/// Of each crate of the workspace, the crates of the workspace that it depends on, but for its tests.
fn own_dependencies() -> Result<BTreeMap<String, BTreeSet<String>>> {
    let metadata: Value =
        serde_json::from_str(&cargo(&["metadata", "--no-deps", "--format-version=1", "--offline"])?)?;
    let packages = metadata["packages"].as_array().ok_or("cargo metadata without packages")?;
    let name =
        |package: &Value| package["name"].as_str().map(str::to_owned).ok_or("a package without a name");
    let ours: BTreeSet<String> = packages.iter().map(name).collect::<std::result::Result<_, _>>()?;
    let mut found = BTreeMap::new();
    for package in packages {
        let dependencies = package["dependencies"].as_array().into_iter().flatten();
        let normal = dependencies.filter(|dependency| dependency["kind"] != "dev");
        let names = normal.filter_map(|dependency| dependency["name"].as_str());
        found.insert(name(package)?, names.filter(|name| ours.contains(*name)).map(str::to_owned).collect());
    }
    Ok(found)
}

fn wrong_arrows(dependencies: &BTreeMap<String, BTreeSet<String>>) -> Vec<String> {
    let ships = |name: &str| !ARROWS.iter().any(|(other, may)| *other == name && matches!(may, May::All));
    let mut findings = Vec::new();
    for (from, targets) in dependencies {
        let Some((_, may)) = ARROWS.iter().find(|(name, _)| name == from) else {
            findings.push(format!("{from} is not in the table of arrows"));
            continue;
        };
        for to in targets {
            let allowed = match may {
                May::Only(list) => list.contains(&to.as_str()),
                May::AllThatShips => ships(to),
                May::All => true,
            };
            if !allowed {
                findings.push(format!("{from} → {to} is no arrow of the design"));
            }
        }
    }
    findings
}

/// Name and version of each package that is compiled into the binary.
fn shipped_packages() -> Result<BTreeSet<(String, String)>> {
    let tree = cargo(&[
        "tree",
        "--offline",
        "--package=salus",
        "--edges=normal,no-proc-macro",
        "--prefix=none",
        "--format={p}",
    ])?;
    let packages = tree.lines().filter_map(|line| {
        let mut words = line.split_whitespace();
        Some((words.next()?.to_owned(), words.next()?.to_owned()))
    });
    Ok(packages.collect())
}

fn wrong_contents(packages: &BTreeSet<(String, String)>) -> Vec<String> {
    let mut findings = Vec::new();
    for (name, version) in packages {
        if SECOND_PROVIDERS.contains(&name.as_str()) {
            findings.push(format!("{name} {version} in the binary: a second provider of cryptography"));
        }
        if SECOND_RUNTIMES.contains(&name.as_str()) {
            findings.push(format!("{name} {version} in the binary: a second runtime"));
        }
    }
    for name in ONE_VERSION {
        let versions = packages.iter().filter(|(other, _)| other == name).count();
        if versions > 1 {
            findings.push(format!("{name} is in the binary in {versions} versions"));
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;

    fn arrows(list: &[(&str, &str)]) -> Vec<String> {
        let mut dependencies: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for (from, to) in list {
            dependencies.entry((*from).to_owned()).or_default().insert((*to).to_owned());
        }
        wrong_arrows(&dependencies)
    }

    fn contents(list: &[(&str, &str)]) -> Vec<String> {
        wrong_contents(
            &list.iter().map(|(name, version)| ((*name).to_owned(), (*version).to_owned())).collect(),
        )
    }

    #[test]
    fn the_workspace_has_only_the_arrows_of_the_design() {
        let dependencies = own_dependencies().unwrap();
        assert!(dependencies["salus-records"].contains("salus-seal"), "cargo's answer was not understood");
        assert_eq!(wrong_arrows(&dependencies), Vec::<String>::new());
    }

    #[test]
    fn the_binary_has_one_provider_and_one_runtime() {
        let packages = shipped_packages().unwrap();
        assert!(packages.iter().any(|(name, _)| name == "aws-lc-rs"), "cargo's answer was not understood");
        assert_eq!(wrong_contents(&packages), Vec::<String>::new());
    }

    #[test]
    fn another_arrow_is_found() {
        for (from, to) in [
            ("salus-fhir", "salus-seal"),
            ("salus-web", "salus-store"),
            ("salus-web", "salus-seal"),
            ("salus-records", "salus-keyholder"),
            ("salus-store", "salus-records"),
            ("salus", "salus-testkit"),
            ("salus-new", "salus-seal"),
        ] {
            assert_eq!(arrows(&[(from, to)]).len(), 1, "{from} → {to}");
        }
        assert_eq!(
            arrows(&[("salus-web", "salus-records"), ("salus-bench", "salus-testkit")]),
            Vec::<String>::new()
        );
    }

    #[test]
    fn a_second_of_anything_is_found() {
        assert_eq!(contents(&[("ring", "v0.17.0"), ("smol", "v2.0.0")]).len(), 2);
        assert_eq!(contents(&[("tokio", "v1.0.0"), ("tokio", "v2.0.0")]).len(), 1);
        assert_eq!(contents(&[("tokio", "v1.0.0"), ("rustls", "v0.23.0")]), Vec::<String>::new());
    }
}
