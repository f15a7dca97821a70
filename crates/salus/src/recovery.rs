//! `salus recovery`: the recovery kit as files of its shares, and from them again.
//!
//! Never: says that shares are made before those that lie on the disk gave the kit back; overwrites a file. State: the files.

use crate::admin::Output;
use crate::cli;
use crate::data_dir::{cannot_write, write_private};
use crate::failure::Failure;
use crate::messages::say;
use salus_keyholder::kit::{self, KitError};
use salus_keyholder::setup::read_kit;
use salus_seal::shares::{Scheme, ShareError};
use serde_json::json;
use std::fs;
use std::io::Write as _;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};
use zeroize::Zeroizing;

/// `salus recovery ...`
pub fn run(command: &cli::Recovery, output: Output) -> Result<(), Failure> {
    let cli::Recovery::Split { recovery_kit, shares, dir, .. } = command;
    let kit = read(recovery_kit)?;
    if read_kit(&kit).is_none() {
        return Err(Failure::could_not(say("no-kit").with("path", recovery_kit.display())));
    }
    let files = ShareFiles::make(dir, *shares)?;
    files.fill(&kit)?;
    let facts = json!({ "shares": files.files, "threshold": shares.threshold() });
    output.report(&facts, |language| vec![files.made().text(language)]);
    Ok(())
}

/// The files of a kit's shares.
pub struct ShareFiles {
    scheme: Scheme,
    dir: PathBuf,
    /// One for each share.
    pub files: Vec<PathBuf>,
}

impl ShareFiles {
    /// Makes them, empty: their place must be good before there is something to write.
    pub fn make(dir: &Path, scheme: Scheme) -> Result<Self, Failure> {
        let dir = std::path::absolute(dir).map_err(|why| cannot_write(dir, &why))?;
        let made = fs::DirBuilder::new().recursive(true).mode(0o700).create(&dir);
        made.map_err(|why| cannot_write(&dir, &why))?;
        let mut made = Self { scheme, dir, files: Vec::new() };
        for number in 1..=scheme.shares() {
            let file = made.dir.join(format!("salus-recovery-share-{number}-of-{}.txt", scheme.shares()));
            write_private(&file, b"").inspect_err(|_| made.remove())?;
            made.files.push(file);
        }
        Ok(made)
    }

    /// Splits a kit into them, and reads them again: they are made when they give the kit back. Else they are gone.
    pub fn fill(&self, kit: &str) -> Result<(), Failure> {
        self.write(kit).inspect_err(|_| self.remove())
    }

    fn write(&self, kit: &str) -> Result<(), Failure> {
        let failed = |why: String| Failure::could_not(say("shares-not-made").with("why", why));
        let texts = kit::split(kit, self.scheme).map_err(|why| failed(why.to_string()))?;
        for (path, text) in self.files.iter().zip(&texts) {
            let written = fs::OpenOptions::new().write(true).open(path).and_then(|mut file| {
                file.write_all(text.as_bytes())?;
                file.sync_all()
            });
            written.map_err(|why| cannot_write(path, &why))?;
        }
        // What lies there counts. Those beyond the threshold must fit, too.
        let joined = join(&self.files)?;
        let is_same = match (read_kit(&joined), read_kit(kit)) {
            (Some(joined), Some(kit)) => joined.expose() == kit.expose(),
            _ => false,
        };
        if is_same { Ok(()) } else { Err(failed(ShareError::NoFit.to_string())) }
    }

    /// Takes them away again.
    pub fn remove(&self) {
        self.files.iter().for_each(|file| drop(fs::remove_file(file)));
    }

    /// What is said of them.
    pub fn made(&self) -> crate::messages::Say {
        let (dir, scheme) = (self.dir.display(), self.scheme);
        say("shares-made").with("dir", dir).with("count", scheme.shares()).with("needed", scheme.threshold())
    }
}

/// The text of a kit's or a share's file.
pub fn read(path: &Path) -> Result<Zeroizing<String>, Failure> {
    fs::read_to_string(path)
        .map(Zeroizing::new)
        .map_err(|why| Failure::could_not(say("cannot-read").with("path", path.display()).with("why", why)))
}

/// The kit's text from the files of shares.
pub fn join(files: &[PathBuf]) -> Result<Zeroizing<String>, Failure> {
    let texts = files.iter().map(|file| read(file)).collect::<Result<Vec<_>, _>>()?;
    kit::join(texts.iter().map(|text| text.as_str())).map_err(|why| refused(&why, files))
}

/// What is wrong with shares, by the files they lie in.
fn refused(why: &KitError, files: &[PathBuf]) -> Failure {
    let path = |place: usize| files.get(place.saturating_sub(1)).map(|file| file.display().to_string());
    let said = match why {
        KitError::Share { place, why: ShareError::Damaged { line } } => {
            say("share-damaged").with("path", path(*place).unwrap_or_default()).with("line", line)
        }
        KitError::Share { place, .. } => say("no-share").with("path", path(*place).unwrap_or_default()),
        KitError::Together(ShareError::Twice { number }) => say("share-twice").with("number", number),
        KitError::Together(ShareError::TooFew { given, needed }) => {
            say("shares-few").with("given", given).with("needed", needed)
        }
        KitError::Together(_) | KitError::Installations => say("shares-no-fit"),
    };
    Failure::could_not(said)
}
