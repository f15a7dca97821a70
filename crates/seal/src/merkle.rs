//! RFC 6962 Merkle trees: hashes, roots, inclusion and consistency proofs, and their verification.
//!
//! For: the access log, its verifier, and the root over the versions that one entry covers.
//!
//! Never: stores a tree. Proofs ask their caller for the hashes of perfect subtrees (see [`crate::tile`] for reading
//! them out of tiles). State: none.

use aws_lc_rs::digest;

/// The length of a hash, in bytes (SHA-256).
pub const HASH_BYTES: usize = 32;

/// A hash of a leaf, of a node or of a whole tree.
pub type Hash = [u8; HASH_BYTES];

/// The longest proof that is looked at, in hashes: trees have at most 2^63 leaves.
pub const MAX_PROOF_HASHES: usize = 64;

/// RFC 6962 section 2.1: SHA-256(0x00 ‖ entry).
pub fn leaf_hash(entry: &[u8]) -> Hash {
    hash_of(&[&[0], entry])
}

/// RFC 6962 section 2.1: SHA-256(0x01 ‖ left ‖ right).
pub fn node_hash(left: &Hash, right: &Hash) -> Hash {
    let mut bytes = [1u8; 1 + 2 * HASH_BYTES];
    bytes[1..=HASH_BYTES].copy_from_slice(left);
    bytes[1 + HASH_BYTES..].copy_from_slice(right);
    hash_of(&[&bytes])
}

/// The root of a tree without leaves: SHA-256 of nothing.
pub fn empty_root() -> Hash {
    hash_of(&[])
}

/// The root over these leaf hashes.
pub fn root(leaves: impl IntoIterator<Item = Hash>) -> Hash {
    let mut peaks = Peaks::default();
    for leaf in leaves {
        peaks.push(0, leaf);
    }
    peaks.root()
}

pub(crate) fn hash_of(parts: &[&[u8]]) -> Hash {
    let mut out = [0u8; HASH_BYTES];
    match parts {
        [one] => out.copy_from_slice(digest::digest(&digest::SHA256, one).as_ref()),
        _ => {
            let mut context = digest::Context::new(&digest::SHA256);
            for part in parts {
                context.update(part);
            }
            out.copy_from_slice(context.finish().as_ref());
        }
    }
    out
}

/// The perfect subtrees that a growing tree consists of, from the largest to the smallest.
#[derive(Debug, Clone, Default)]
pub struct Peaks(Vec<(u32, Hash)>);

impl Peaks {
    /// Adds a perfect subtree of `height` (a leaf has height 0) at the right end. No smaller one may stand there.
    pub fn push(&mut self, height: u32, hash: Hash) {
        let mut new = (height, hash);
        while let Some((last_height, last)) = self.0.last() {
            if *last_height != new.0 {
                break;
            }
            new = (new.0 + 1, node_hash(last, &new.1));
            self.0.pop();
        }
        self.0.push(new);
    }

    /// The root over all that was pushed.
    pub fn root(&self) -> Hash {
        let mut peaks = self.0.iter().rev().map(|(_, hash)| *hash);
        let Some(last) = peaks.next() else { return empty_root() };
        peaks.fold(last, |right, left| node_hash(&left, &right))
    }
}

/// Where the left subtree ends: the largest power of two smaller than `leaves`, which is at least 2.
fn split(leaves: u64) -> u64 {
    1 << (u64::BITS - 1 - (leaves - 1).leading_zeros())
}

/// The root over the leaves `start..end`, made from perfect subtrees. `start` is a multiple of the smallest power of two
/// that is not below the number of leaves, as all ranges of RFC 6962 are.
///
/// `subtree` gives the hash of the perfect subtree of 2^height leaves that begins at leaf `index << height`.
pub fn range_root<E>(
    start: u64,
    end: u64,
    subtree: &mut dyn FnMut(u32, u64) -> Result<Hash, E>,
) -> Result<Hash, E> {
    let leaves = end.saturating_sub(start);
    if leaves == 0 {
        return Ok(empty_root());
    }
    if leaves.is_power_of_two() {
        let height = leaves.trailing_zeros();
        return subtree(height, start >> height);
    }
    let middle = start + split(leaves);
    let left = range_root(start, middle, subtree)?;
    let right = range_root(middle, end, subtree)?;
    Ok(node_hash(&left, &right))
}

/// RFC 6962 section 2.1.1: what shows that leaf `index` is in the tree of `size` leaves. `None` when it is not in it.
pub fn inclusion_proof<E>(
    index: u64,
    size: u64,
    subtree: &mut dyn FnMut(u32, u64) -> Result<Hash, E>,
) -> Result<Option<Vec<Hash>>, E> {
    if index >= size {
        return Ok(None);
    }
    let (mut start, mut end) = (0, size);
    let mut proof = Vec::new();
    while end - start > 1 {
        let middle = start + split(end - start);
        if index < middle {
            proof.push(range_root(middle, end, subtree)?);
            end = middle;
        } else {
            proof.push(range_root(start, middle, subtree)?);
            start = middle;
        }
    }
    proof.reverse();
    Ok(Some(proof))
}

/// RFC 6962 section 2.1.2: what shows that the tree of `new` leaves begins with the tree of `old` leaves. Empty when
/// `old` is 0 or equals `new`; `None` when `old` is larger.
pub fn consistency_proof<E>(
    old: u64,
    new: u64,
    subtree: &mut dyn FnMut(u32, u64) -> Result<Hash, E>,
) -> Result<Option<Vec<Hash>>, E> {
    if old > new {
        return Ok(None);
    }
    if old == 0 || old == new {
        return Ok(Some(Vec::new()));
    }
    let (mut start, mut end) = (0, new);
    let mut proof = Vec::new();
    // The loop walks down to the subtree that ends where the old tree ends.
    while end != old {
        let middle = start + split(end - start);
        if old <= middle {
            proof.push(range_root(middle, end, subtree)?);
            end = middle;
        } else {
            proof.push(range_root(start, middle, subtree)?);
            start = middle;
        }
    }
    // The verifier knows the old root already when that subtree is the whole old tree.
    if start != 0 {
        proof.push(range_root(start, end, subtree)?);
    }
    proof.reverse();
    Ok(Some(proof))
}

/// RFC 9162 section 2.1.3.2: whether `proof` shows that the leaf is at `index` in the tree of this size and root.
pub fn verify_inclusion(leaf: &Hash, index: u64, size: u64, proof: &[Hash], root: &Hash) -> bool {
    if index >= size || proof.len() > MAX_PROOF_HASHES {
        return false;
    }
    let (mut position, mut last) = (index, size - 1);
    let mut hash = *leaf;
    for step in proof {
        if last == 0 {
            return false;
        }
        if position & 1 == 1 || position == last {
            hash = node_hash(step, &hash);
            while position & 1 == 0 && position != 0 {
                position >>= 1;
                last >>= 1;
            }
        } else {
            hash = node_hash(&hash, step);
        }
        position >>= 1;
        last >>= 1;
    }
    last == 0 && hash == *root
}

/// RFC 9162 section 2.1.4.2: whether `proof` shows that the new tree begins with the old one.
pub fn verify_consistency(old: u64, new: u64, old_root: &Hash, new_root: &Hash, proof: &[Hash]) -> bool {
    if old > new || proof.len() > MAX_PROOF_HASHES {
        return false;
    }
    if old == new {
        return proof.is_empty() && old_root == new_root;
    }
    if old == 0 {
        return proof.is_empty() && *old_root == empty_root();
    }
    let mut steps = proof.iter();
    let first = if old.is_power_of_two() { Some(old_root) } else { steps.next() };
    let Some(first) = first else { return false };
    let shift = (old - 1).trailing_ones();
    let (mut position, mut last) = ((old - 1) >> shift, (new - 1) >> shift);
    let (mut from_old, mut from_new) = (*first, *first);
    for step in steps {
        if last == 0 {
            return false;
        }
        if position & 1 == 1 || position == last {
            from_old = node_hash(step, &from_old);
            from_new = node_hash(step, &from_new);
            while position & 1 == 0 && position != 0 {
                position >>= 1;
                last >>= 1;
            }
        } else {
            from_new = node_hash(&from_new, step);
        }
        position >>= 1;
        last >>= 1;
    }
    last == 0 && from_old == *old_root && from_new == *new_root
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 6962's definition, word for word.
    fn defined(leaves: &[Hash]) -> Hash {
        match leaves {
            [] => empty_root(),
            [one] => *one,
            _ => {
                let (left, right) = leaves.split_at(split(leaves.len() as u64) as usize);
                node_hash(&defined(left), &defined(right))
            }
        }
    }

    fn leaves(count: u64) -> Vec<Hash> {
        (0..count).map(|n| leaf_hash(&n.to_be_bytes())).collect()
    }

    fn subtrees(leaves: &[Hash]) -> impl FnMut(u32, u64) -> Result<Hash, String> + '_ {
        |height, index| {
            let (start, count) = ((index << height) as usize, 1usize << height);
            leaves.get(start..start + count).map(defined).ok_or_else(|| format!("{height} {index}"))
        }
    }

    #[test]
    fn the_roots_are_those_of_the_definition() {
        for count in 0..70 {
            let leaves = leaves(count);
            assert_eq!(root(leaves.iter().copied()), defined(&leaves), "{count}");
            assert_eq!(range_root(0, count, &mut subtrees(&leaves)), Ok(defined(&leaves)), "{count}");
        }
    }

    #[test]
    fn inclusion_proofs_show_what_they_claim_and_nothing_else() {
        for size in 1..40u64 {
            let leaves = leaves(size);
            let root = defined(&leaves);
            for index in 0..size {
                let proof = inclusion_proof(index, size, &mut subtrees(&leaves)).unwrap().unwrap();
                let leaf = leaves[index as usize];
                assert!(verify_inclusion(&leaf, index, size, &proof, &root), "{index} of {size}");
                assert!(!verify_inclusion(&leaf, index + 1, size, &proof, &root));
                assert!(!verify_inclusion(&leaf_hash(b"other"), index, size, &proof, &root));
                for at in 0..proof.len() {
                    let mut changed = proof.clone();
                    changed[at][7] ^= 1;
                    assert!(!verify_inclusion(&leaf, index, size, &changed, &root));
                    changed.remove(at);
                    assert!(!verify_inclusion(&leaf, index, size, &changed, &root));
                }
                let longer = [proof.clone(), vec![leaf]].concat();
                assert!(!verify_inclusion(&leaf, index, size, &longer, &root));
            }
            assert_eq!(inclusion_proof(size, size, &mut subtrees(&leaves)), Ok(None));
        }
    }

    #[test]
    fn consistency_proofs_show_what_they_claim_and_nothing_else() {
        for new in 0..40u64 {
            let leaves = leaves(new);
            let new_root = defined(&leaves);
            for old in 0..=new {
                let old_root = defined(&leaves[..old as usize]);
                let proof = consistency_proof(old, new, &mut subtrees(&leaves)).unwrap().unwrap();
                assert!(verify_consistency(old, new, &old_root, &new_root, &proof), "{old} to {new}");
                let wrong = leaf_hash(b"wrong");
                assert!(!verify_consistency(old, new, &wrong, &new_root, &proof), "{old} to {new}");
                if old > 0 {
                    assert!(!verify_consistency(old, new, &old_root, &wrong, &proof), "{old} to {new}");
                }
                for at in 0..proof.len() {
                    let mut changed = proof.clone();
                    changed[at][31] ^= 0x80;
                    assert!(!verify_consistency(old, new, &old_root, &new_root, &changed));
                    changed.remove(at);
                    assert!(!verify_consistency(old, new, &old_root, &new_root, &changed));
                }
                let longer = [proof.clone(), vec![wrong]].concat();
                assert!(!verify_consistency(old, new, &old_root, &new_root, &longer));
            }
            assert_eq!(consistency_proof(new + 1, new, &mut subtrees(&leaves)), Ok(None));
        }
    }

    #[test]
    fn proofs_of_any_shape_end() {
        let wrong = leaf_hash(b"wrong");
        for length in 0..=MAX_PROOF_HASHES + 1 {
            let proof = vec![wrong; length];
            for size in [1, 2, 3, 255, 256, 257, u64::MAX - 1, u64::MAX] {
                assert!(!verify_inclusion(&leaf_hash(b"leaf"), size - 1, size, &proof, &wrong));
                assert!(!verify_consistency(size - 1, size, &leaf_hash(b"old"), &wrong, &proof));
            }
        }
    }
}
