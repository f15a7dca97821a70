//! The data directory: what lies where, whose it is, and that one server at a time works on it.
//!
//! Never: opens what the trusted side keeps, but for the administrator's key. State: the lock, while a server runs.

use crate::failure::Failure;
use crate::messages::say;
use serde::{Deserialize, Serialize};
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::Write as _;
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

/// The longest path of a Unix socket, in bytes (`sun_path`, less the closing zero).
const MAX_SOCKET_PATH_BYTES: usize = 107;
/// The marker's name.
const MARKER: &str = "salus-data.json";
/// The format that this version reads and writes.
const FORMAT: u32 = 1;

/// What a data directory was made for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Purpose {
    /// To try things out; may be deleted by `demo --fresh`.
    Demo,
    /// Real use.
    Installation,
}

#[derive(Serialize, Deserialize)]
struct Marker {
    format: u32,
    purpose: Purpose,
}

/// What a running server says of itself, for other commands.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ServerFile {
    /// The supervisor's process.
    pub pid: u32,
    /// Where the record server listens.
    pub address: std::net::SocketAddr,
    /// The address for clients, without a slash at its end.
    pub base_url: String,
    /// The address of the door, where people sign in, without a slash at its end.
    #[serde(default)]
    pub door_url: Option<String>,
    /// The certificate that it shows, where it ends TLS itself.
    pub certificate_file: Option<PathBuf>,
}

/// A data directory's place.
#[derive(Debug, Clone)]
pub struct DataDir(PathBuf);

impl DataDir {
    /// The directory, whether or not it is there.
    pub fn at(path: &Path) -> Result<Self, Failure> {
        let path = std::path::absolute(path).map_err(|error| cannot_write(path, &error))?;
        Ok(Self(path))
    }

    /// Itself.
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// Records.
    pub fn cells(&self) -> PathBuf {
        self.0.join("cells")
    }

    /// The trusted side's keys.
    pub fn trust(&self) -> PathBuf {
        self.0.join("trust")
    }

    /// The access log.
    pub fn log(&self) -> PathBuf {
        self.0.join("log")
    }

    /// The search index's sealed files.
    pub fn index(&self) -> PathBuf {
        self.0.join("index")
    }

    /// Packages of profiles, which cells' settings name.
    pub fn packages(&self) -> PathBuf {
        self.0.join(salus_records::PACKAGES)
    }

    /// Sockets, lock, and the server's word of itself.
    pub fn run(&self) -> PathBuf {
        self.0.join("run")
    }

    /// Where the record server and the command line ask.
    pub fn keyholder_socket(&self) -> PathBuf {
        self.run().join("keyholder.sock")
    }

    /// The configuration, unless another is named.
    pub fn configuration(&self) -> PathBuf {
        self.0.join("salus.toml")
    }

    /// What it was made for; none when it is no data directory of Salus.
    pub fn purpose(&self) -> Result<Option<Purpose>, Failure> {
        let Ok(text) = fs::read(self.0.join(MARKER)) else { return Ok(None) };
        match serde_json::from_slice::<Marker>(&text) {
            Ok(marker) if marker.format == FORMAT => Ok(Some(marker.purpose)),
            _ => Err(Failure::could_not(say("data-format").with("dir", self.0.display()))),
        }
    }

    /// Fails unless it is a data directory of Salus.
    pub fn must_exist(&self) -> Result<(), Failure> {
        match self.purpose()? {
            Some(_) => Ok(()),
            None => Err(Failure::could_not(say("data-missing").with("dir", self.0.display()))),
        }
    }

    /// Makes it, with its marker. It must be empty, or not be there.
    pub fn create(&self, purpose: Purpose) -> Result<(), Failure> {
        if fs::read_dir(&self.0).is_ok_and(|mut entries| entries.next().is_some()) {
            return Err(Failure::could_not(say("data-foreign").with("dir", self.0.display())));
        }
        self.make_directories()?;
        let marker = serde_json::to_vec(&Marker { format: FORMAT, purpose }).unwrap_or_default();
        write_private(&self.0.join(MARKER), &marker)
    }

    fn make_directories(&self) -> Result<(), Failure> {
        let own = [self.cells(), self.packages(), self.trust(), self.log(), self.index(), self.run()];
        for path in std::iter::once(self.0.clone()).chain(own) {
            let made = fs::DirBuilder::new().recursive(true).mode(0o700).create(&path);
            made.map_err(|error| cannot_write(&path, &error))?;
        }
        Ok(())
    }

    /// Deletes it with all that is in it, if it was made for the demo and no server works on it.
    pub fn delete_demo(&self) -> Result<(), Failure> {
        if !self.0.exists() || fs::read_dir(&self.0).is_ok_and(|mut entries| entries.next().is_none()) {
            return Ok(());
        }
        if self.purpose()? != Some(Purpose::Demo) {
            return Err(Failure::could_not(say("fresh-refused").with("dir", self.0.display())));
        }
        let lock = self.lock()?;
        let deleted = fs::remove_dir_all(&self.0);
        drop(lock);
        deleted.map_err(|error| cannot_write(&self.0, &error))
    }

    /// Takes the directory for this server, and clears away what a killed one left in DIR/run.
    pub fn lock(&self) -> Result<Lock, Failure> {
        if self.keyholder_socket().as_os_str().len() > MAX_SOCKET_PATH_BYTES {
            let bound = MAX_SOCKET_PATH_BYTES - "/run/keyholder.sock".len();
            return Err(Failure::could_not(
                say("data-path-long").with("dir", self.0.display()).with("bytes", bound),
            ));
        }
        self.make_directories()?;
        let path = self.run().join("salus.lock");
        let opened =
            OpenOptions::new().create(true).truncate(false).read(true).write(true).mode(0o600).open(&path);
        let mut file = opened.map_err(|error| cannot_write(&path, &error))?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let pid = fs::read_to_string(&path).unwrap_or_default();
                let busy = say("data-in-use").with("dir", self.0.display()).with("pid", pid.trim());
                return Err(Failure::could_not(busy));
            }
            Err(TryLockError::Error(error)) => return Err(cannot_write(&path, &error)),
        }
        let written = file.set_len(0).and_then(|()| writeln!(file, "{}", std::process::id()));
        written.map_err(|error| cannot_write(&path, &error))?;
        let lock = Lock { _file: file, leftovers: self.leftovers() };
        lock.clear();
        Ok(lock)
    }

    fn leftovers(&self) -> Vec<PathBuf> {
        vec![self.keyholder_socket(), self.server_file()]
    }

    fn server_file(&self) -> PathBuf {
        self.run().join("server.json")
    }

    /// Says where the server is reached.
    pub fn write_server_file(&self, server: &ServerFile) -> Result<(), Failure> {
        let text = serde_json::to_vec(server).unwrap_or_default();
        replace_private(&self.server_file(), &text)
    }

    /// Where the running server is reached; none when none runs or it is not ready.
    pub fn read_server_file(&self) -> Option<ServerFile> {
        serde_json::from_slice(&fs::read(self.server_file()).ok()?).ok()
    }
}

/// The sole right to run a server on a data directory; ends when dropped, or with the process.
#[derive(Debug)]
pub struct Lock {
    _file: File,
    leftovers: Vec<PathBuf>,
}

impl Lock {
    fn clear(&self) {
        for path in &self.leftovers {
            // Most often there is none.
            let _ = fs::remove_file(path);
        }
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        self.clear();
    }
}

/// Writes a file that must not be there, for its owner only.
pub fn write_private(path: &Path, content: &[u8]) -> Result<(), Failure> {
    let opened = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path);
    let written = opened.and_then(|mut file| {
        file.write_all(content)?;
        file.sync_all()
    });
    written.map_err(|error| cannot_write(path, &error))
}

/// Writes a file beside its place and puts it there in one step, for its owner only.
pub fn replace_private(path: &Path, content: &[u8]) -> Result<(), Failure> {
    let beside = path.with_extension("new");
    let _ = fs::remove_file(&beside);
    write_private(&beside, content)?;
    fs::rename(&beside, path).map_err(|error| cannot_write(path, &error))
}

/// A file or directory could not be written.
pub fn cannot_write(path: &Path, error: &std::io::Error) -> Failure {
    Failure::could_not(say("cannot-write").with("path", path.display()).with("why", error))
}

#[cfg(test)]
mod tests {
    use super::{DataDir, Purpose, ServerFile};

    fn key<T: std::fmt::Debug>(result: Result<T, super::Failure>) -> &'static str {
        result.unwrap_err().say.key()
    }

    #[test]
    fn only_a_demo_is_deleted() {
        let parent = tempfile::tempdir().unwrap();
        let demo = DataDir::at(&parent.path().join("demo")).unwrap();
        demo.delete_demo().unwrap();
        demo.create(Purpose::Demo).unwrap();
        assert_eq!(demo.purpose().unwrap(), Some(Purpose::Demo));
        demo.delete_demo().unwrap();
        assert!(!demo.path().exists());

        let real = DataDir::at(&parent.path().join("real")).unwrap();
        real.create(Purpose::Installation).unwrap();
        assert_eq!(key(real.delete_demo()), "fresh-refused");

        let foreign = parent.path().join("foreign");
        std::fs::create_dir(&foreign).unwrap();
        std::fs::write(foreign.join("letter.txt"), b"mine").unwrap();
        let foreign = DataDir::at(&foreign).unwrap();
        assert_eq!(key(foreign.delete_demo()), "fresh-refused");
        assert_eq!(key(foreign.create(Purpose::Demo)), "data-foreign");
        assert_eq!(key(foreign.must_exist()), "data-missing");
        assert!(foreign.path().join("letter.txt").exists());
    }

    #[test]
    fn one_server_at_a_time_and_stale_sockets_go() {
        let parent = tempfile::tempdir().unwrap();
        let data = DataDir::at(&parent.path().join("d")).unwrap();
        data.create(Purpose::Demo).unwrap();
        std::fs::write(data.keyholder_socket(), b"").unwrap();
        let lock = data.lock().unwrap();
        assert!(!data.keyholder_socket().exists());
        assert_eq!(key(data.lock()), "data-in-use");
        assert_eq!(key(data.delete_demo()), "data-in-use");
        let server = ServerFile {
            pid: 1,
            address: ([127, 0, 0, 1], 2).into(),
            base_url: "http://localhost:2".into(),
            door_url: None,
            certificate_file: None,
        };
        data.write_server_file(&server).unwrap();
        assert_eq!(data.read_server_file().map(|server| server.address.port()), Some(2));
        drop(lock);
        assert!(data.read_server_file().is_none());
        data.lock().unwrap();
    }

    #[test]
    fn a_path_too_long_for_a_socket_is_said_so() {
        let parent = tempfile::tempdir().unwrap();
        let data = DataDir::at(&parent.path().join("x".repeat(120))).unwrap();
        assert_eq!(key(data.lock()), "data-path-long");
    }
}
