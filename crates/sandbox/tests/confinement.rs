//! Each promise of the sandbox is tried by a process of its own, which confines itself and then does the forbidden
//! thing; as root too, where the tests run as root.

#![allow(clippy::unwrap_used, reason = "a test without a harness; a panic is its failure")]

use salus_sandbox::{Network, Profile, confine};
use std::fs;
use std::io::ErrorKind;
use std::net::{TcpListener, TcpStream, UdpSocket};
use std::os::unix::fs::{FileExt as _, PermissionsExt as _};
use std::os::unix::net::{UnixListener, UnixStream};
use std::os::unix::process::ExitStatusExt as _;
use std::path::Path;
use std::process::{Command, ExitStatus};
use std::sync::OnceLock;

/// A port that takes a capability to be listened on.
const LOW_PORT: u16 = 81;

/// /proc/self/status, opened before the process is confined, which may not open it any more.
static STATUS: OnceLock<fs::File> = OnceLock::new();

/// What a probe exits with when the sandbox let it pass, and when it was refused.
const PASSED: i32 = 10;
const REFUSED: i32 = 11;

enum Expected {
    Passes,
    Refused,
    Killed,
}

/// A name, what is tried in a directory that holds `own/`, `shown/file`, `secret/file` and `listed/file`, and what must come of it.
type Case = (&'static str, fn(&Path) -> std::io::Result<()>, Expected);

const CASES: &[Case] = &[
    ("reads what it may read", |d| fs::read(d.join("shown/file")).map(drop), Expected::Passes),
    ("writes what it may write", |d| fs::write(d.join("own/file"), b"x"), Expected::Passes),
    (
        "renames and removes there",
        |d| {
            fs::write(d.join("own/a"), b"x")?;
            fs::rename(d.join("own/a"), d.join("own/b"))?;
            fs::remove_file(d.join("own/b"))
        },
        Expected::Passes,
    ),
    (
        "makes threads",
        |_| std::thread::spawn(|| ()).join().map_err(|_| ErrorKind::Other.into()),
        Expected::Passes,
    ),
    (
        "speaks over Unix sockets",
        |d| {
            let listener = UnixListener::bind(d.join("own/socket"))?;
            UnixStream::connect(d.join("own/socket"))?;
            listener.accept().map(drop)
        },
        Expected::Passes,
    ),
    ("cannot read another directory", |d| fs::read(d.join("secret/file")).map(drop), Expected::Refused),
    ("lists what it may list", |d| fs::read_dir(d.join("listed")).map(drop), Expected::Passes),
    ("cannot read what it may only list", |d| fs::read(d.join("listed/file")).map(drop), Expected::Refused),
    ("cannot list another directory", |d| fs::read_dir(d.join("secret")).map(drop), Expected::Refused),
    (
        "cannot read through a link",
        |d| {
            std::os::unix::fs::symlink(d.join("secret/file"), d.join("own/link"))?;
            fs::read(d.join("own/link")).map(drop)
        },
        Expected::Refused,
    ),
    (
        "cannot link a file in",
        |d| fs::hard_link(d.join("secret/file"), d.join("own/hard")),
        Expected::Refused,
    ),
    ("cannot write what it may read", |d| fs::write(d.join("shown/file"), b"x"), Expected::Refused),
    ("cannot remove what it may read", |d| fs::remove_file(d.join("shown/file")), Expected::Refused),
    ("cannot read system files", |_| fs::read("/etc/passwd").map(drop), Expected::Refused),
    ("cannot look at processes", |_| fs::read_dir("/proc").map(drop), Expected::Refused),
    ("cannot make TCP sockets", |_| TcpListener::bind("127.0.0.1:0").map(drop), Expected::Refused),
    ("is killed when it runs a program", |_| Command::new("/bin/true").status().map(drop), Expected::Killed),
    (
        "is killed when it replaces itself",
        |_| {
            use std::os::unix::process::CommandExt as _;
            Err(Command::new("/bin/true").exec())
        },
        Expected::Killed,
    ),
    (
        "is killed when it changes its root",
        |_| rustix::process::chroot("/").map_err(Into::into),
        Expected::Killed,
    ),
    (
        "leaves no core",
        |_| {
            let limit = rustix::process::getrlimit(rustix::process::Resource::Core);
            if limit.current == Some(0) && limit.maximum == Some(0) {
                Ok(())
            } else {
                Err(ErrorKind::Other.into())
            }
        },
        Expected::Passes,
    ),
    ("has no capabilities", |_| has_capabilities(0), Expected::Passes),
    ("locks its memory, with that capability alone", |_| locks_memory(), Expected::Passes),
    ("cannot read what is another user's", |d| fs::read(d.join("shown/theirs")).map(drop), Expected::Refused),
    (
        "is not dumpable",
        |_| match rustix::process::dumpable_behavior()? {
            rustix::process::DumpableBehavior::NotDumpable => Ok(()),
            _ => Err(ErrorKind::Other.into()),
        },
        Expected::Passes,
    ),
];

/// The same for a process that listens on one TCP port.
const LISTENING: &[Case] = &[
    ("listens on its port", |d| TcpListener::bind(("127.0.0.1", port(d)?)).map(drop), Expected::Passes),
    (
        "cannot listen on another port",
        |d| {
            // Landlock says no to a port before the kernel looks whether it is free.
            let other = if port(d)? == 9 { 7 } else { 9 };
            TcpListener::bind(("127.0.0.1", other)).map(drop)
        },
        Expected::Refused,
    ),
    (
        "listens on a low port, with that capability alone",
        |_| {
            has_capabilities(1 << 10)?;
            TcpListener::bind(("127.0.0.1", LOW_PORT)).map(drop)
        },
        Expected::Passes,
    ),
    (
        "cannot connect to its neighbour",
        |d| TcpStream::connect(("127.0.0.1", port(d)?)).map(drop),
        Expected::Refused,
    ),
    (
        "cannot make raw sockets",
        |_| {
            use rustix::net::{AddressFamily, SocketType, socket};
            socket(AddressFamily::PACKET, SocketType::RAW, None).map(drop).map_err(Into::into)
        },
        Expected::Refused,
    ),
];

/// The same for a process that connects to one TCP port.
const CONNECTING: &[Case] = &[
    ("connects to its port", |d| TcpStream::connect(("127.0.0.1", port(d)?)).map(drop), Expected::Passes),
    (
        "cannot connect to another port",
        |d| {
            // Nobody listens there, which is not why it is refused.
            let other = if port(d)? == 9 { 7 } else { 9 };
            match TcpStream::connect(("127.0.0.1", other)) {
                Err(error) if error.kind() == ErrorKind::PermissionDenied => Err(error),
                _ => Ok(()),
            }
        },
        Expected::Refused,
    ),
    (
        "asks a name server, where it may connect",
        |_| UdpSocket::bind("127.0.0.1:0").map(drop),
        Expected::Passes,
    ),
    ("cannot listen where it may connect", |_| TcpListener::bind("127.0.0.1:0").map(drop), Expected::Refused),
];

fn all() -> impl Iterator<Item = &'static Case> {
    CASES.iter().chain(LISTENING).chain(CONNECTING)
}

/// Whether the process has exactly these capabilities, and none in the sets from which more could come.
fn has_capabilities(expected: u64) -> std::io::Result<()> {
    let mut text = vec![0; 16 * 1024];
    let length = STATUS.get().unwrap().read_at(&mut text, 0)?;
    let text = String::from_utf8_lossy(&text[..length]).into_owned();
    let set = |name: &str| {
        let line = text.lines().find_map(|line| line.strip_prefix(name)).unwrap();
        u64::from_str_radix(line.trim(), 16).unwrap()
    };
    // Only root, which may take it away, has anything to fear of the bounding set.
    let bounding = if rustix::process::geteuid().is_root() { set("CapBnd:") } else { 0 };
    let sets = [set("CapEff:"), set("CapPrm:"), set("CapInh:"), set("CapAmb:"), bounding];
    if sets == [expected, expected, 0, 0, 0] { Ok(()) } else { Err(ErrorKind::Other.into()) }
}

/// As root, which may pass the limit; others keep what limit they have.
fn locks_memory() -> std::io::Result<()> {
    if rustix::process::geteuid().is_root() {
        has_capabilities(1 << 14)?;
        rustix::mm::mlockall(rustix::mm::MlockAllFlags::CURRENT)?;
    }
    Ok(())
}

fn port(directory: &Path) -> std::io::Result<u16> {
    fs::read_to_string(directory.join("shown/port"))?.parse().map_err(|_| ErrorKind::InvalidData.into())
}

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    if let [_, probe, case, directory] = arguments.as_slice()
        && probe == "probe"
    {
        probe_one(case, Path::new(directory));
    }
    if arguments.iter().any(|argument| argument == "--list") {
        all().for_each(|(name, ..)| println!("{name}: test"));
        return;
    }
    let mut failed = 0;
    for (name, _, expected) in all() {
        let status = in_a_process(name);
        let good = match expected {
            Expected::Passes => status.code() == Some(PASSED),
            Expected::Refused => status.code() == Some(REFUSED),
            Expected::Killed => status.signal() == Some(libc::SIGSYS),
        };
        println!("test {name} ... {}", if good { "ok".into() } else { format!("FAILED: {status}") });
        failed += usize::from(!good);
    }
    let passed = all().count() - failed;
    println!(
        "\ntest result: {}. {passed} passed; {failed} failed; 0 ignored; 0 measured; 0 filtered out",
        if failed == 0 { "ok" } else { "FAILED" }
    );
    std::process::exit(i32::from(failed > 0));
}

fn in_a_process(case: &str) -> ExitStatus {
    let directory = tempfile::tempdir().unwrap();
    for name in ["own", "shown", "secret", "listed"] {
        fs::create_dir(directory.path().join(name)).unwrap();
    }
    // A port that was free a moment ago; somebody listens on it only in the case that connects.
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let _neighbour = case.contains("connect").then_some(listener);
    fs::write(directory.path().join("shown/port"), port.to_string()).unwrap();
    for name in ["shown/file", "secret/file", "listed/file"] {
        fs::write(directory.path().join(name), b"content").unwrap();
    }
    Command::new(std::env::current_exe().unwrap())
        .args(["probe", case])
        .arg(directory.path())
        .status()
        .unwrap()
}

/// Never returns: exits with what came of it.
fn probe_one(case: &str, directory: &Path) -> ! {
    let listens = LISTENING.iter().any(|(name, ..)| *name == case);
    let (_, attempt, expected) = all().find(|(name, ..)| *name == case).unwrap();
    if !matches!(expected, Expected::Passes)
        && !matches!(expected, Expected::Killed)
        && !case.contains("connect")
    {
        // What is refused below must be possible without the sandbox, or the case would prove nothing.
        assert!(attempt_is_possible(case, *attempt), "{case}: impossible even without a sandbox");
    }
    if case.contains("another user's") || case.contains("low port") {
        as_root_or_not_at_all(case, directory);
    }
    STATUS.set(fs::File::open("/proc/self/status").unwrap()).unwrap();
    let port = |directory| if case.contains("low port") { Ok(LOW_PORT) } else { port(directory) };
    let network = if listens {
        Network::Listen(vec![port(directory).unwrap()])
    } else if CONNECTING.iter().any(|(name, ..)| *name == case) {
        Network::Connect(vec![port(directory).unwrap()])
    } else {
        Network::UnixOnly
    };
    let in_force = confine(&Profile {
        list_only: vec![directory.join("listed")],
        read_only: vec![directory.join("shown")],
        read_write: vec![directory.join("own")],
        network,
        locks_memory: case.contains("locks its memory"),
    })
    .unwrap();
    assert!(in_force.iter().all(|layer| !layer.contains("lacks")), "{in_force:?}");
    std::process::exit(match attempt(directory) {
        Ok(()) => PASSED,
        Err(_) => REFUSED,
    });
}

/// What takes root to be possible without the sandbox is made ready for it; others prove nothing, and say so.
fn as_root_or_not_at_all(case: &str, directory: &Path) {
    let theirs = directory.join("shown/theirs");
    fs::write(&theirs, b"content").unwrap();
    fs::set_permissions(&theirs, fs::Permissions::from_mode(0o600)).unwrap();
    let possible = if case.contains("low port") {
        TcpListener::bind(("127.0.0.1", LOW_PORT)).is_ok()
    } else {
        std::os::unix::fs::chown(&theirs, Some(12_345), Some(12_345)).is_ok() && fs::read(&theirs).is_ok()
    };
    if !possible {
        println!("not run: {case}: not root, or not free");
        std::process::exit(if case.contains("low port") { PASSED } else { REFUSED });
    }
}

/// Tries it unconfined, in a directory like the other.
fn attempt_is_possible(case: &str, attempt: fn(&Path) -> std::io::Result<()>) -> bool {
    if case.contains("raw") || case.contains("another port") || case.contains("another user's") {
        return true; // Needs root, or a port that may be taken.
    }
    let directory = tempfile::tempdir().unwrap();
    for name in ["own", "shown", "secret", "listed"] {
        fs::create_dir(directory.path().join(name)).unwrap();
    }
    for name in ["shown/file", "secret/file", "listed/file"] {
        fs::write(directory.path().join(name), b"content").unwrap();
    }
    attempt(directory.path()).is_ok()
}
