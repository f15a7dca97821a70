//! The recovery kit in shares: split so that several people are needed, and joined again.
//!
//! A kit's id is the beginning of a hash of its public half, which stands in the log; so shares that were joined wrongly are found out
//! before anything is tried with them.
//!
//! Never: gives a share out that was not tried with the others. State: none.

use crate::error::KeyholderError;
use crate::setup::{installation_of, kit_text, read_kit};
use aws_lc_rs::digest;
use salus_seal::escrow::{RecoveryIdentity, RecoverySecret};
use salus_seal::shares::{self, KIT_BYTES, SECRET_BYTES, Scheme, Share, ShareError};
use zeroize::Zeroizing;

/// Why texts are no kit.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KitError {
    /// One of them is no good share.
    #[error("share {place}: {why}")]
    Share {
        /// Which of the texts, from 1.
        place: usize,
        /// What is wrong with it.
        why: ShareError,
    },
    /// They do not belong together.
    #[error(transparent)]
    Together(#[from] ShareError),
    /// They are of several installations.
    #[error("the shares are of several installations")]
    Installations,
}

/// The texts of the shares of a kit; every choice of them that must give the kit back was tried.
///
/// Errors: [`KeyholderError::Recovery`] when the text is no kit, or when a choice does not give it back.
pub fn split(kit: &str, scheme: Scheme) -> Result<Vec<Zeroizing<String>>, KeyholderError> {
    let secret = read_kit(kit).ok_or(KeyholderError::Recovery)?;
    let installation = installation_of(kit).ok_or(KeyholderError::Recovery)?;
    let bytes: &[u8; SECRET_BYTES] = secret.expose().try_into().map_err(|_| KeyholderError::Recovery)?;
    let shares = shares::split(bytes, id_of(&secret.identity()?), scheme)?;
    let texts: Vec<Zeroizing<String>> = shares.iter().map(|share| share.to_text(&installation)).collect();
    let read = texts.iter().map(|text| Share::parse(text).map(|(share, _)| share));
    let read: Vec<Share> = read.collect::<Result<_, _>>().map_err(|_| KeyholderError::Recovery)?;
    for choice in 0..1u32 << read.len() {
        if choice.count_ones() != u32::from(scheme.threshold()) {
            continue;
        }
        let is_chosen = |at: &usize| choice >> at & 1 == 1;
        let chosen: Vec<Share> =
            (0..read.len()).filter(is_chosen).filter_map(|at| read.get(at).cloned()).collect();
        if !shares::combine(&chosen).is_ok_and(|joined| *joined == *bytes) {
            return Err(KeyholderError::Recovery);
        }
    }
    Ok(texts)
}

/// The kit's text from those of enough of its shares.
///
/// Errors: which share is damaged, and at which line; that they are too few, of several kits, or do not fit.
pub fn join<'t>(texts: impl IntoIterator<Item = &'t str>) -> Result<Zeroizing<String>, KitError> {
    let (mut shares, mut installation) = (Vec::new(), None);
    for (at, text) in texts.into_iter().enumerate() {
        let (share, of) = Share::parse(text).map_err(|why| KitError::Share { place: at + 1, why })?;
        if installation.get_or_insert_with(|| of.clone()) != &of {
            return Err(KitError::Installations);
        }
        shares.push(share);
    }
    let joined = shares::combine(&shares)?;
    let secret = RecoverySecret::from_bytes(joined.as_slice());
    let fits = |share: &Share| secret.identity().is_ok_and(|identity| id_of(&identity) == share.kit);
    if !shares.first().is_some_and(fits) {
        return Err(ShareError::NoFit.into());
    }
    Ok(kit_text(&installation.unwrap_or_default(), &secret))
}

fn id_of(identity: &RecoveryIdentity) -> [u8; KIT_BYTES] {
    let hash = digest::digest(&digest::SHA256, &[b"salus kit v1\0".as_slice(), &identity.0].concat());
    let mut id = [0; KIT_BYTES];
    id.copy_from_slice(&hash.as_ref()[..KIT_BYTES]);
    id
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kit() -> Zeroizing<String> {
        let (_, secret) = RecoverySecret::generate().unwrap();
        kit_text("0123", &secret)
    }

    fn joined(texts: &[&Zeroizing<String>]) -> Result<Zeroizing<String>, KitError> {
        join(texts.iter().map(|text| text.as_str()))
    }

    #[test]
    fn enough_shares_give_the_kit_and_others_say_why_not() {
        let (kit, other) = (kit(), kit());
        let shares = split(&kit, Scheme::new(2, 3).unwrap()).unwrap();
        for pair in [[0, 1], [2, 0], [1, 2]] {
            assert_eq!(joined(&[&shares[pair[0]], &shares[pair[1]]]).unwrap(), kit);
        }
        assert_eq!(joined(&[&shares[0], &shares[1], &shares[2]]).unwrap(), kit);
        assert_eq!(joined(&[&shares[2]]).unwrap_err(), ShareError::TooFew { given: 1, needed: 2 }.into());
        let others = split(&other, Scheme::new(2, 3).unwrap()).unwrap();
        let wrong = joined(&[&shares[0], &others[1]]).unwrap_err();
        assert_eq!(wrong, ShareError::AnotherKit { number: 2 }.into());
        // Of the same kit, but of another splitting: it looks right, and is not.
        let again = split(&kit, Scheme::new(2, 3).unwrap()).unwrap();
        assert_eq!(joined(&[&shares[0], &again[1]]).unwrap_err(), ShareError::NoFit.into());
        let damaged = Zeroizing::new(shares[1].replace("\n2: ", "\n2: 0"));
        let why = ShareError::Damaged { line: 2 };
        assert_eq!(joined(&[&shares[0], &damaged]).unwrap_err(), KitError::Share { place: 2, why });
        assert!(split("nonsense", Scheme::new(2, 2).unwrap()).is_err());
        assert!(shares.iter().all(|share| !share.contains("secret")));
    }
}
