//! A disk in memory that tells what is written from what is durable, fails when it is told to, and loses power.
//!
//! What is not synced is, at a power cut, kept, lost or torn: each write apart, each of its sectors apart, and each
//! change of a folder's names apart, in any combination. That is more than file systems do, and all that POSIX promises.

use crate::disk::{Disk, DiskFile, Entry};
use std::any::Any;
use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

const SECTOR_BYTES: usize = 512;

/// What goes wrong with one operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// It fails and does nothing.
    FailsBefore,
    /// It does what it should, and says that it failed.
    FailsAfter,
    /// The machine stops before it.
    StopsBefore,
    /// The machine stops after it.
    StopsAfter,
}

/// What a power cut does to what was not synced.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PowerCut {
    /// None of it was durable.
    Loses,
    /// All of it was.
    Keeps,
    /// Some of it was, by the toss of a coin that this number seeds.
    Tears(u64),
}

#[derive(Debug, Clone)]
enum Change {
    Truncate,
    Write(usize, Vec<u8>),
}

#[derive(Debug, Default)]
struct Content {
    now: Vec<u8>,
    durable: Vec<u8>,
    unsynced: Vec<Change>,
}

impl Content {
    fn change(&mut self, change: Change) {
        apply(&mut self.now, &change);
        self.unsynced.push(change);
    }
}

fn apply(bytes: &mut Vec<u8>, change: &Change) {
    match change {
        Change::Truncate => bytes.clear(),
        Change::Write(at, new) => {
            let end = at + new.len();
            if bytes.len() < end {
                bytes.resize(end, 0);
            }
            bytes[*at..end].copy_from_slice(new);
        }
    }
}

type Node = Option<Arc<Mutex<Content>>>;

/// What names point to; a folder points to nothing.
type Names = BTreeMap<PathBuf, Node>;

#[derive(Debug, Clone)]
struct Renaming {
    removed: Vec<PathBuf>,
    added: Option<(PathBuf, Node)>,
}

impl Renaming {
    fn apply(&self, names: &mut Names) {
        for path in &self.removed {
            names.remove(path);
        }
        if let Some((path, node)) = &self.added {
            names.insert(path.clone(), node.clone());
        }
    }

    fn folder(&self) -> Option<&Path> {
        self.removed.first().or(self.added.as_ref().map(|(path, _)| path)).and_then(|path| path.parent())
    }
}

#[derive(Debug, Default)]
struct State {
    names: Names,
    durable: Names,
    unsynced: Vec<Renaming>,
    operations: u64,
    plan: Option<(u64, Fault)>,
    stopped: bool,
    /// How many bytes of files fit.
    capacity: Option<usize>,
    /// Whether some operations take their time, so that threads meet at all.
    jitter: bool,
}

/// The disk; a clone is the same disk.
#[derive(Debug, Clone, Default)]
pub struct MemoryDisk {
    state: Arc<Mutex<State>>,
    locked: Arc<AtomicBool>,
}

impl MemoryDisk {
    /// A disk on which this folder is there.
    pub fn with_folder(path: &Path) -> Self {
        let disk = Self::default();
        let mut state = disk.state.lock().unwrap();
        state.names.insert(path.to_owned(), None);
        state.durable.insert(path.to_owned(), None);
        drop(state);
        disk
    }

    /// Lets the operation of this number, from 0, go wrong.
    pub fn plan(&self, at: u64, fault: Fault) {
        self.state.lock().unwrap().plan = Some((at, fault));
    }

    /// Lets some operations take their time.
    pub fn set_jitter(&self) {
        self.state.lock().unwrap().jitter = true;
    }

    /// How many operations there were.
    pub fn operations(&self) -> u64 {
        self.state.lock().unwrap().operations
    }

    /// How many bytes of files fit from now on.
    pub fn set_capacity(&self, bytes: Option<usize>) {
        self.state.lock().unwrap().capacity = bytes;
    }

    /// How many bytes are in files.
    pub fn used(&self) -> usize {
        used(&self.state.lock().unwrap())
    }

    /// A machine that runs again: no more faults, and if the power was cut, only what was durable then.
    pub fn restart(&self, cut: Option<PowerCut>) {
        let mut state = self.state.lock().unwrap();
        state.plan = None;
        state.stopped = false;
        state.jitter = false;
        self.locked.store(false, Ordering::SeqCst);
        let Some(cut) = cut else { return };
        let mut coin = Coin(match cut {
            PowerCut::Tears(seed) => seed | 1,
            _ => 1,
        });
        let keeps = |coin: &mut Coin| match cut {
            PowerCut::Loses => false,
            PowerCut::Keeps => true,
            PowerCut::Tears(_) => coin.toss(),
        };
        let mut names = std::mem::take(&mut state.durable);
        for renaming in std::mem::take(&mut state.unsynced) {
            if keeps(&mut coin) {
                renaming.apply(&mut names);
            }
        }
        let orphans: Vec<PathBuf> = names
            .keys()
            .filter(|path| {
                path.ancestors().skip(1).any(|above| above != Path::new("/") && !names.contains_key(above))
            })
            .cloned()
            .collect();
        for path in orphans {
            names.remove(&path);
        }
        for content in names.values().flatten() {
            let mut content = content.lock().unwrap();
            let mut durable = std::mem::take(&mut content.durable);
            for change in std::mem::take(&mut content.unsynced) {
                match change {
                    Change::Write(at, bytes) => {
                        for (n, sector) in bytes.chunks(SECTOR_BYTES).enumerate() {
                            if keeps(&mut coin) {
                                apply(&mut durable, &Change::Write(at + n * SECTOR_BYTES, sector.to_vec()));
                            }
                        }
                    }
                    Change::Truncate if keeps(&mut coin) => durable.clear(),
                    Change::Truncate => {}
                }
            }
            content.now.clone_from(&durable);
            content.durable = durable;
        }
        state.names.clone_from(&names);
        state.durable = names;
    }

    fn operate<T>(&self, work: impl FnOnce(&mut State) -> io::Result<T>) -> io::Result<T> {
        let slow = {
            let state = self.state.lock().unwrap();
            state.jitter && !state.stopped && Coin(state.operations * 77 + 1).toss()
        };
        if slow {
            std::thread::sleep(std::time::Duration::from_micros(150));
        }
        let mut state = self.state.lock().unwrap();
        let fault = state.plan.filter(|(at, _)| *at == state.operations).map(|(_, fault)| fault);
        state.operations += 1;
        if state.stopped || fault == Some(Fault::FailsBefore) {
            return Err(io::Error::other("the disk failed"));
        }
        if fault == Some(Fault::StopsBefore) {
            state.stopped = true;
            return Err(io::Error::other("the machine stopped"));
        }
        let result = work(&mut state);
        match fault {
            Some(Fault::FailsAfter) => Err(io::Error::other("the disk said that it failed")),
            Some(Fault::StopsAfter) => {
                state.stopped = true;
                Err(io::Error::other("the machine stopped"))
            }
            _ => result,
        }
    }
}

/// A linear congruential generator: tests need a coin that falls the same way again.
struct Coin(u64);

impl Coin {
    fn toss(&mut self) -> bool {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        self.0 >> 63 == 1
    }
}

fn used(state: &State) -> usize {
    state.names.values().flatten().map(|content| content.lock().unwrap().now.len()).sum()
}

fn not_found() -> io::Error {
    io::ErrorKind::NotFound.into()
}

impl State {
    fn rename(&mut self, renaming: Renaming) {
        renaming.apply(&mut self.names);
        self.unsynced.push(renaming);
    }

    fn parent_is_there(&self, path: &Path) -> io::Result<()> {
        match path.parent().map(|parent| self.names.get(parent)) {
            Some(Some(None)) => Ok(()),
            _ => Err(not_found()),
        }
    }

    fn file(&self, path: &Path) -> io::Result<Arc<Mutex<Content>>> {
        match self.names.get(path) {
            Some(Some(content)) => Ok(Arc::clone(content)),
            Some(None) => Err(io::ErrorKind::IsADirectory.into()),
            None => Err(not_found()),
        }
    }

    fn children(&self, path: &Path) -> impl Iterator<Item = (&PathBuf, &Node)> {
        self.names.iter().filter(move |(child, _)| child.parent() == Some(path))
    }
}

struct MemoryFile {
    disk: MemoryDisk,
    content: Arc<Mutex<Content>>,
}

impl DiskFile for MemoryFile {
    fn write_at(&self, offset: u64, bytes: &[u8]) -> io::Result<()> {
        self.disk.operate(|state| {
            let length = self.content.lock().unwrap().now.len();
            let grows = (offset as usize + bytes.len()).saturating_sub(length);
            if grows > 0 && state.capacity.is_some_and(|capacity| used(state) + grows > capacity) {
                return Err(io::ErrorKind::StorageFull.into());
            }
            self.content.lock().unwrap().change(Change::Write(offset as usize, bytes.to_vec()));
            Ok(())
        })
    }

    fn sync(&self) -> io::Result<()> {
        self.disk.operate(|_| {
            let mut content = self.content.lock().unwrap();
            content.unsynced.clear();
            content.durable = content.now.clone();
            Ok(())
        })
    }
}

impl Disk for MemoryDisk {
    fn create_dir(&self, path: &Path) -> io::Result<()> {
        self.operate(|state| {
            if matches!(state.names.get(path), Some(None)) {
                return Ok(());
            }
            state.parent_is_there(path)?;
            state.rename(Renaming { removed: Vec::new(), added: Some((path.to_owned(), None)) });
            Ok(())
        })
    }

    fn list(&self, path: &Path) -> io::Result<Vec<(String, Entry)>> {
        self.operate(|state| {
            if !state.names.contains_key(path) {
                return Err(not_found());
            }
            let name = |path: &Path| path.file_name().unwrap().to_string_lossy().into_owned();
            let entry = |node: &Node| match node {
                Some(content) => Entry::File(content.lock().unwrap().now.len() as u64),
                None => Entry::Folder,
            };
            Ok(state.children(path).map(|(child, node)| (name(child), entry(node))).collect())
        })
    }

    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        self.operate(|state| Ok(state.file(path)?.lock().unwrap().now.clone()))
    }

    fn create(&self, path: &Path) -> io::Result<Box<dyn DiskFile>> {
        self.operate(|state| {
            state.parent_is_there(path)?;
            let content = match state.file(path) {
                Ok(content) => {
                    content.lock().unwrap().change(Change::Truncate);
                    content
                }
                Err(error) if error.kind() == io::ErrorKind::NotFound => {
                    let content = Arc::new(Mutex::new(Content::default()));
                    let added = Some((path.to_owned(), Some(Arc::clone(&content))));
                    state.rename(Renaming { removed: Vec::new(), added });
                    content
                }
                Err(error) => return Err(error),
            };
            Ok(Box::new(MemoryFile { disk: self.clone(), content }) as Box<dyn DiskFile>)
        })
    }

    fn open(&self, path: &Path) -> io::Result<Box<dyn DiskFile>> {
        self.operate(|state| {
            let content = state.file(path)?;
            Ok(Box::new(MemoryFile { disk: self.clone(), content }) as Box<dyn DiskFile>)
        })
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        self.operate(|state| {
            let content = state.file(from)?;
            state.rename(Renaming {
                removed: vec![from.to_owned()],
                added: Some((to.to_owned(), Some(content))),
            });
            Ok(())
        })
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        self.operate(|state| {
            state.file(path)?;
            state.rename(Renaming { removed: vec![path.to_owned()], added: None });
            Ok(())
        })
    }

    fn remove_dir(&self, path: &Path) -> io::Result<()> {
        self.operate(|state| {
            if !state.names.contains_key(path) {
                return Err(not_found());
            }
            if state.children(path).next().is_some() {
                return Err(io::ErrorKind::DirectoryNotEmpty.into());
            }
            state.rename(Renaming { removed: vec![path.to_owned()], added: None });
            Ok(())
        })
    }

    fn sync_dir(&self, path: &Path) -> io::Result<()> {
        self.operate(|state| {
            let unsynced = std::mem::take(&mut state.unsynced);
            let (done, rest) = unsynced.into_iter().partition(|renaming| renaming.folder() == Some(path));
            state.unsynced = rest;
            let done: Vec<Renaming> = done;
            for renaming in done {
                renaming.apply(&mut state.durable);
            }
            Ok(())
        })
    }

    fn sync_all(&self, _: &Path) -> io::Result<()> {
        self.operate(|state| {
            state.unsynced.clear();
            state.durable = state.names.clone();
            for content in state.names.values().flatten() {
                let mut content = content.lock().unwrap();
                content.unsynced.clear();
                content.durable = content.now.clone();
            }
            Ok(())
        })
    }

    fn lock(&self, path: &Path) -> io::Result<Option<Box<dyn Any + Send>>> {
        if self.state.lock().unwrap().file(path).is_err() {
            self.create(path)?;
        }
        if self.locked.swap(true, Ordering::SeqCst) {
            return Ok(None);
        }
        struct Held(Arc<AtomicBool>);
        impl Drop for Held {
            fn drop(&mut self) {
                self.0.store(false, Ordering::SeqCst);
            }
        }
        Ok(Some(Box::new(Held(Arc::clone(&self.locked)))))
    }
}
