//! Which parameter a name means for the types that are searched.

use super::{Parsed, Parser, shown};
use crate::search::walk::{End, Leaf, Walk};
use crate::search::{Fault, Parameter, ParameterKind, common, table};
use crate::spelling::nearest;
use crate::{PrimitiveKind, ResourceType};

/// What is asked of a search as a whole, or of its answer.
pub(super) const CONTROLS: [&str; 11] = [
    "_contained",
    "_count",
    "_elements",
    "_format",
    "_include",
    "_pretty",
    "_revinclude",
    "_sort",
    "_summary",
    "_total",
    "_type",
];

/// A parameter, and the types for which it is meant.
pub(super) type Group<'p> = (Vec<ResourceType>, &'p Parameter);

impl<'o> Parser<'o> {
    /// The parameter of that code for a type, or, without one, for all types.
    pub(super) fn find(&self, kind: Option<ResourceType>, code: &str) -> Option<&'o Parameter> {
        let custom = self.options.custom.iter().map(|custom| custom.parameter());
        let is_it = |parameter: &&Parameter| {
            parameter.code == code && kind.map_or(parameter.bases.is_empty(), |kind| parameter.is_for(kind))
        };
        let official = match kind {
            Some(kind) => table::get().find(kind, code),
            None => table::get().parameters.iter().find(is_it),
        };
        official.filter(|parameter| parameter.is_searchable()).or_else(|| custom.into_iter().find(is_it))
    }

    /// The parameters that a code means for `kinds` (all, if there are none), each with the types for which it is that one.
    pub(super) fn groups(&self, kinds: &[ResourceType], code: &str) -> Parsed<Vec<Group<'o>>> {
        let mut groups: Vec<Group<'o>> = Vec::new();
        if kinds.is_empty() {
            let parameter = self.find(None, code).ok_or_else(|| self.unknown(kinds, code))?;
            return Ok(vec![(Vec::new(), parameter)]);
        }
        for kind in kinds {
            let parameter = self.find(Some(*kind), code).ok_or_else(|| self.unknown(kinds, code))?;
            match groups.iter_mut().find(|(_, known)| known.number == parameter.number) {
                Some((kinds, _)) => kinds.push(*kind),
                None => groups.push((vec![*kind], parameter)),
            }
        }
        Ok(groups)
    }

    /// That a code means nothing for some of `kinds`.
    pub(super) fn unknown(&self, kinds: &[ResourceType], code: &str) -> Fault {
        if code.is_empty() {
            return Fault::Nameless;
        }
        let not_offered = common().iter().any(|common| common.code == code && !common.offered)
            || matches!(code, "_containedType" | "_score")
            || kinds
                .iter()
                .filter_map(|kind| table::get().find(*kind, code))
                .any(|known| !known.is_searchable());
        if not_offered {
            return Fault::UnsupportedParameter(shown(code));
        }
        let lacking = kinds.iter().find(|kind| self.find(Some(**kind), code).is_none()).copied();
        let mut names: Vec<&str> = CONTROLS.to_vec();
        names.extend(common().iter().filter(|common| common.offered).map(|common| common.code));
        if let Some(kind) = lacking {
            let official = table::get().of(kind).filter(|parameter| parameter.is_searchable());
            let custom = self.options.custom.iter().map(|custom| custom.parameter());
            let all = official.chain(custom.filter(|parameter| parameter.is_for(kind)));
            names.extend(all.map(|parameter| parameter.code.as_str()));
        }
        let nearest = neighbours(code, &names);
        Fault::UnknownParameter {
            name: super::super::fault::shown(code),
            kind: lacking.map(ResourceType::name),
            nearest,
        }
    }

    /// The type of that name.
    pub(super) fn kind(&self, parameter: &str, name: &str) -> Parsed<ResourceType> {
        ResourceType::from_name(name).ok_or_else(|| {
            let near = nearest(name, ResourceType::all().map(ResourceType::name));
            Fault::UnknownType {
                parameter: shown(parameter),
                nearest: near.into_iter().map(str::to_owned).collect(),
            }
        })
    }

    /// The reference parameter of that code for a type.
    pub(super) fn reference(&self, kind: ResourceType, code: &str) -> Parsed<&'o Parameter> {
        let parameter = self.find(Some(kind), code).ok_or_else(|| self.unknown(&[kind], code))?;
        if parameter.kind == ParameterKind::Reference {
            Ok(parameter)
        } else {
            Err(Fault::NotAReference(shown(code)))
        }
    }
}

impl Parser<'_> {
    /// Where a parameter's paths end in resources of `kinds`.
    fn ends(&self, kinds: &[ResourceType], number: u16) -> Vec<&End> {
        self.walks(kinds, number).flat_map(Walk::ends).filter(|end| end.number == number).collect()
    }

    /// The walks through resources of `kinds` that a parameter is part of.
    fn walks(&self, kinds: &[ResourceType], number: u16) -> impl Iterator<Item = &Walk> {
        let custom = self.options.custom.iter().find(|custom| custom.parameter().number == number);
        kinds.iter().filter_map(move |kind| match custom {
            Some(custom) => custom.walk(*kind),
            None => Some(table::get().walk(*kind)),
        })
    }

    /// True when a parameter has nothing but `true` and `false` for values in resources of `kinds`.
    pub(super) fn is_boolean(&self, kinds: &[ResourceType], number: u16) -> bool {
        let ends = self.ends(kinds, number);
        let is_truth = self.walks(kinds, number).any(|walk| walk.is_truth(number));
        (is_truth || !ends.is_empty())
            && ends.iter().all(|end| end.leaf == Leaf::Primitive(PrimitiveKind::Boolean))
    }

    /// The types that a reference parameter may lead to from resources of `kinds`; empty for any.
    pub(super) fn targets(&self, kinds: &[ResourceType], parameter: &Parameter) -> Vec<ResourceType> {
        let ends = self.ends(kinds, parameter.number);
        if ends.is_empty() || ends.iter().any(|end| end.targets.is_empty()) {
            return parameter.targets.clone();
        }
        let mut targets: Vec<ResourceType> =
            ends.iter().flat_map(|end| end.targets.iter().copied()).collect();
        targets.sort();
        targets.dedup();
        if !parameter.targets.is_empty() {
            targets.retain(|kind| parameter.targets.contains(kind));
        }
        if targets.is_empty() { parameter.targets.clone() } else { targets }
    }

    /// Whether a reference parameter has references for values, and whether it has canonicals or URIs.
    pub(super) fn leads_by(&self, kinds: &[ResourceType], parameter: &Parameter) -> (bool, bool) {
        let ends = self.ends(kinds, parameter.number);
        let is_uri = |end: &&End| matches!(end.leaf, Leaf::Primitive(_));
        (ends.is_empty() || !ends.iter().all(is_uri), ends.iter().any(is_uri))
    }
}

/// The names that one written so may mean. All in capitals it is as good as in small letters.
fn neighbours(code: &str, names: &[&str]) -> Vec<String> {
    let same = names.iter().find(|name| name.eq_ignore_ascii_case(code));
    let near = match same {
        Some(same) => vec![*same],
        None => nearest(code, names.iter().copied()),
    };
    near.into_iter().map(str::to_owned).collect()
}

/// That a reference does not lead to a type.
pub(super) fn not_a_target(parameter: &Parameter, targets: &[ResourceType]) -> Fault {
    let parameter = shown(&parameter.code);
    Fault::NotATarget { parameter, targets: targets.iter().map(|kind| kind.name()).collect() }
}
