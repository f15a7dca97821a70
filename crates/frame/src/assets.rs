//! The files that pages load, each named with the checksum of its bytes, so that browsers keep it for ever.
//!
//! Style sheet and script are kept in small files and served as one each.
//!
//! Never: serves anything but what was compiled in. State: the checksums.

use std::sync::LazyLock;

/// How long a browser keeps a file whose name holds its checksum.
pub const KEEP: &str = "public, max-age=31536000, immutable";

/// A file.
#[derive(Debug)]
pub struct Asset {
    /// Its content type.
    pub content_type: &'static str,
    /// Its bytes.
    pub bytes: &'static str,
    /// Its name without the checksum.
    pub name: &'static str,
    /// Its address: `/assets/<stem>-<checksum>.<end>`.
    pub address: String,
}

const CSS: &str = concat!(
    include_str!("../assets/css/tokens.css"),
    include_str!("../assets/css/base.css"),
    include_str!("../assets/css/frame.css"),
    include_str!("../assets/css/parts.css"),
    include_str!("../assets/css/lists.css"),
    include_str!("../assets/css/chart.css"),
    include_str!("../assets/css/write.css"),
    include_str!("../assets/css/admin.css"),
    include_str!("../assets/css/print.css"),
);

const JS: &str = concat!(
    "\"use strict\";\n",
    include_str!("../assets/js/proof.js"),
    include_str!("../assets/js/keys.js"),
    include_str!("../assets/js/lists.js"),
    include_str!("../assets/js/find.js"),
    include_str!("../assets/js/frame.js"),
    include_str!("../assets/js/net.js"),
    include_str!("../assets/js/chart.js"),
    include_str!("../assets/js/write.js"),
    include_str!("../assets/js/admin.js"),
    include_str!("../assets/js/alarms.js"),
    include_str!("../assets/js/session.js"),
);

/// The worker of a cell's pages. It is served below the cell's address, which is all that it may look after.
pub const WORKER: &str = concat!(
    "\"use strict\";\n",
    include_str!("../assets/js/proof.js"),
    include_str!("../assets/js/worker.js")
);

static ASSETS: LazyLock<[Asset; 4]> = LazyLock::new(|| {
    [
        asset("salus.css", "text/css; charset=utf-8", CSS),
        asset("salus.js", "text/javascript; charset=utf-8", JS),
        // npm htmx.org 2.0.11, dist/htmx.min.js as it is: see assets/NOTICE.
        asset("htmx.js", "text/javascript; charset=utf-8", include_str!("../assets/htmx.min.js")),
        asset("icon.svg", "image/svg+xml", include_str!("../assets/icon.svg")),
    ]
});

fn asset(name: &'static str, content_type: &'static str, bytes: &'static str) -> Asset {
    let (stem, end) = name.split_once('.').unwrap_or((name, ""));
    let address = format!("/assets/{stem}-{:016x}.{end}", checksum(bytes.as_bytes()));
    Asset { content_type, bytes, name, address }
}

/// FNV-1a, of 64 bits: it names versions of our own files, and protects nothing.
fn checksum(bytes: &[u8]) -> u64 {
    bytes
        .iter()
        .fold(0xcbf2_9ce4_8422_2325, |sum, byte| (sum ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3))
}

/// All files.
pub fn all() -> &'static [Asset] {
    ASSETS.as_slice()
}

/// The file at an address such as `/assets/salus-0123456789abcdef.css`; also by its plain name, `/assets/salus.css`, for what is
/// not made by this build. The flag says whether the address holds the checksum.
pub fn find(address: &str) -> Option<(&'static Asset, bool)> {
    let named = |asset: &&Asset| address.strip_prefix("/assets/") == Some(asset.name);
    let exact = ASSETS.iter().find(|asset| asset.address == address);
    exact.map(|asset| (asset, true)).or_else(|| Some((ASSETS.iter().find(named)?, false)))
}

/// The address of a file; empty for one that there is not.
pub fn address(name: &str) -> &'static str {
    ASSETS.iter().find(|asset| asset.name == name).map_or("", |asset| &asset.address)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_found_by_its_address_and_by_no_other() {
        for asset in all() {
            assert!(find(&asset.address).is_some_and(|(found, kept)| found.name == asset.name && kept));
            assert!(find(&format!("/assets/{}", asset.name)).is_some_and(|(_, kept)| !kept));
            assert_eq!(address(asset.name), asset.address);
        }
        for other in ["/assets/", "/assets/salus-0000000000000000.css", "salus.css", "/assets/../Cargo.toml"]
        {
            assert!(find(other).is_none(), "{other}");
        }
        assert_ne!(checksum(b"a"), checksum(b"b"));
    }

    /// A page must work without them: no style or script stands in HTML, and none comes from elsewhere.
    #[test]
    fn style_and_script_ask_nobody_else() {
        for asset in all().iter().filter(|asset| asset.name != "icon.svg") {
            for foreign in ["@import", "url(http", "url(//", "eval(\""] {
                assert!(!asset.bytes.contains(foreign), "{}: {foreign}", asset.name);
            }
        }
        for risky in ["innerHTML", "outerHTML", "insertAdjacentHTML", "document.write"] {
            assert!(!JS.contains(risky), "{risky}");
        }
    }
}
