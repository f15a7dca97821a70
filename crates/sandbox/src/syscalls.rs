//! seccomp: system calls that neither process ever makes in good faith end it; a few that libraries try are refused.

use crate::{Network, SandboxError};
use seccompiler::{
    BpfProgram, SeccompAction, SeccompCmpArgLen, SeccompCmpOp, SeccompCondition, SeccompFilter, SeccompRule,
    TargetArch,
};
use std::collections::BTreeMap;

/// Running programs, other processes' memory, mounts, kernel modules, keys, clocks, the machine: never in good faith.
const FATAL: &[i64] = &[
    libc::SYS_execve,
    libc::SYS_execveat,
    libc::SYS_ptrace,
    libc::SYS_process_vm_readv,
    libc::SYS_process_vm_writev,
    libc::SYS_process_madvise,
    libc::SYS_pidfd_getfd,
    libc::SYS_kcmp,
    libc::SYS_mount,
    libc::SYS_umount2,
    libc::SYS_move_mount,
    libc::SYS_open_tree,
    libc::SYS_fsopen,
    libc::SYS_fsmount,
    libc::SYS_fsconfig,
    libc::SYS_fspick,
    libc::SYS_mount_setattr,
    libc::SYS_pivot_root,
    libc::SYS_chroot,
    libc::SYS_setns,
    libc::SYS_unshare,
    libc::SYS_init_module,
    libc::SYS_finit_module,
    libc::SYS_delete_module,
    libc::SYS_kexec_load,
    libc::SYS_kexec_file_load,
    libc::SYS_bpf,
    libc::SYS_perf_event_open,
    libc::SYS_userfaultfd,
    libc::SYS_open_by_handle_at,
    libc::SYS_fanotify_init,
    libc::SYS_add_key,
    libc::SYS_request_key,
    libc::SYS_keyctl,
    libc::SYS_reboot,
    libc::SYS_swapon,
    libc::SYS_swapoff,
    libc::SYS_acct,
    libc::SYS_quotactl,
    libc::SYS_sethostname,
    libc::SYS_setdomainname,
    libc::SYS_settimeofday,
    libc::SYS_clock_settime,
    libc::SYS_adjtimex,
    libc::SYS_clock_adjtime,
    libc::SYS_syslog,
    libc::SYS_personality,
];

#[cfg(target_arch = "x86_64")]
const FATAL_HERE: &[i64] =
    &[libc::SYS_fork, libc::SYS_vfork, libc::SYS_iopl, libc::SYS_ioperm, libc::SYS_modify_ldt];
#[cfg(not(target_arch = "x86_64"))]
const FATAL_HERE: &[i64] = &[];

/// x86_64 kernels may know every call under a second number (the x32 ABI), and these under a third.
#[cfg(target_arch = "x86_64")]
const X32_BIT: i64 = 0x4000_0000;
#[cfg(target_arch = "x86_64")]
const X32_OWN: &[i64] = &[520, 521, 528, 539, 540, 545];

/// io_uring would pass this filter by; clone3's flags lie in memory where the filter cannot look, and the C library falls
/// back to clone.
const REFUSED: &[i64] =
    &[libc::SYS_io_uring_setup, libc::SYS_io_uring_enter, libc::SYS_io_uring_register, libc::SYS_clone3];

/// Installs both filters for this thread and its descendants.
pub(crate) fn filter(network: &Network) -> Result<String, SandboxError> {
    install(refused_calls().map_err(refused)?, SeccompAction::Errno(libc::ENOSYS as u32))?;
    install(foreign_sockets(network).map_err(refused)?, SeccompAction::Errno(libc::EACCES as u32))?;
    install(fatal_calls().map_err(refused)?, SeccompAction::KillProcess)?;
    Ok(match network {
        Network::UnixOnly => "seccomp: no programs, no other processes, no sockets but Unix".into(),
        Network::Listen(_) | Network::Connect(_) => {
            "seccomp: no programs, no other processes, no sockets but Unix and TCP/UDP".into()
        }
    })
}

type Rules = BTreeMap<i64, Vec<SeccompRule>>;

fn refused_calls() -> Result<Rules, seccompiler::BackendError> {
    Ok(under_all_numbers(REFUSED.iter().map(|call| (*call, Vec::new()))))
}

fn fatal_calls() -> Result<Rules, seccompiler::BackendError> {
    let no_thread = condition(0, SeccompCmpOp::MaskedEq(libc::CLONE_THREAD as u64), 0)
        .and_then(|c| SeccompRule::new(vec![c]))?;
    let calls = FATAL.iter().chain(FATAL_HERE).map(|call| (*call, Vec::new()));
    #[allow(unused_mut, reason = "only x86_64 has more numbers")]
    let mut rules = under_all_numbers(calls.chain([(libc::SYS_clone, vec![no_thread])]));
    #[cfg(target_arch = "x86_64")]
    rules.extend(X32_OWN.iter().map(|call| (X32_BIT | call, Vec::new())));
    Ok(rules)
}

fn foreign_sockets(network: &Network) -> Result<Rules, seccompiler::BackendError> {
    let families: &[i32] = match network {
        Network::UnixOnly => &[libc::AF_UNIX],
        Network::Listen(_) | Network::Connect(_) => &[libc::AF_UNIX, libc::AF_INET, libc::AF_INET6],
    };
    let none_of_them = families
        .iter()
        .map(|family| condition(0, SeccompCmpOp::Ne, *family as u64))
        .collect::<Result<_, _>>()?;
    Ok(under_all_numbers([(libc::SYS_socket, vec![SeccompRule::new(none_of_them)?])]))
}

fn under_all_numbers(calls: impl IntoIterator<Item = (i64, Vec<SeccompRule>)>) -> Rules {
    let mut rules = Rules::new();
    for (call, conditions) in calls {
        #[cfg(target_arch = "x86_64")]
        rules.insert(X32_BIT | call, conditions.clone());
        rules.insert(call, conditions);
    }
    rules
}

fn condition(
    argument: u8,
    operator: SeccompCmpOp,
    value: u64,
) -> Result<SeccompCondition, seccompiler::BackendError> {
    SeccompCondition::new(argument, SeccompCmpArgLen::Dword, operator, value)
}

fn install(rules: Rules, on_match: SeccompAction) -> Result<(), SandboxError> {
    let architecture = TargetArch::try_from(std::env::consts::ARCH).map_err(refused)?;
    let program: BpfProgram = SeccompFilter::new(rules, SeccompAction::Allow, on_match, architecture)
        .and_then(TryInto::try_into)
        .map_err(refused)?;
    seccompiler::apply_filter(&program)
        .map_err(|error| SandboxError::Layer { layer: "seccomp", why: error.to_string() })
}

fn refused(error: seccompiler::BackendError) -> SandboxError {
    SandboxError::Layer { layer: "seccomp", why: error.to_string() }
}
