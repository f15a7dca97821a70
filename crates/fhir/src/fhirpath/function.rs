//! FHIRPath's functions on collections, and R4's additions.

use std::borrow::Cow;

use super::compare::number;
use super::eval::{Run, Scope};
use super::item::{Bag, Item};
use super::parse::Expr;
use super::{Decimal, Fault, Moment, Node};
use crate::json::Kind;

macro_rules! functions {
    ($($name:ident = $text:literal, $least:literal ..= $most:literal;)*) => {
        /// A function.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub(super) enum Function { $($name,)* }

        impl Function {
            /// The function of that name.
            pub(super) fn from_name(name: &str) -> Option<Self> {
                match name { $($text => Some(Self::$name),)* _ => None }
            }

            /// True when it takes so many arguments.
            pub(super) fn takes(self, count: usize) -> bool {
                match self { $(Self::$name => ($least..=$most).contains(&count),)* }
            }
        }
    };
}

functions! {
    Empty = "empty", 0..=0; Exists = "exists", 0..=1; All = "all", 1..=1; AllTrue = "allTrue", 0..=0;
    AnyTrue = "anyTrue", 0..=0; AllFalse = "allFalse", 0..=0; AnyFalse = "anyFalse", 0..=0; Not = "not", 0..=0;
    SubsetOf = "subsetOf", 1..=1; SupersetOf = "supersetOf", 1..=1; Count = "count", 0..=0;
    Distinct = "distinct", 0..=0; IsDistinct = "isDistinct", 0..=0; Where = "where", 1..=1;
    Select = "select", 1..=1; Repeat = "repeat", 1..=1; Single = "single", 0..=0; First = "first", 0..=0;
    Last = "last", 0..=0; Tail = "tail", 0..=0; Skip = "skip", 1..=1; Take = "take", 1..=1;
    Intersect = "intersect", 1..=1; Exclude = "exclude", 1..=1; Union = "union", 1..=1; Combine = "combine", 1..=1;
    Iif = "iif", 2..=3; Aggregate = "aggregate", 1..=2; ToBoolean = "toBoolean", 0..=0;
    ToInteger = "toInteger", 0..=0; ToDecimal = "toDecimal", 0..=0; ToText = "toString", 0..=0;
    ToDate = "toDate", 0..=0; ToDateTime = "toDateTime", 0..=0; ToTime = "toTime", 0..=0;
    ToQuantity = "toQuantity", 0..=1; ConvertsToInteger = "convertsToInteger", 0..=0;
    ConvertsToDecimal = "convertsToDecimal", 0..=0; ConvertsToBoolean = "convertsToBoolean", 0..=0;
    ConvertsToText = "convertsToString", 0..=0; ConvertsToDate = "convertsToDate", 0..=0;
    ConvertsToDateTime = "convertsToDateTime", 0..=0; ConvertsToTime = "convertsToTime", 0..=0;
    Abs = "abs", 0..=0; Ceiling = "ceiling", 0..=0; Floor = "floor", 0..=0; Round = "round", 0..=1;
    Truncate = "truncate", 0..=0; Children = "children", 0..=0; Descendants = "descendants", 0..=0;
    Trace = "trace", 1..=2; Now = "now", 0..=0; Today = "today", 0..=0; Extension = "extension", 1..=1;
    HasValue = "hasValue", 0..=0; GetValue = "getValue", 0..=0; Resolve = "resolve", 0..=0;
    MemberOf = "memberOf", 1..=1; ConformsTo = "conformsTo", 1..=1; HtmlChecks = "htmlChecks", 0..=0;
    Join = "join", 0..=1; Length = "length", 0..=0; Upper = "upper", 0..=0; Lower = "lower", 0..=0;
    Trim = "trim", 0..=0; ToChars = "toChars", 0..=0; Substring = "substring", 1..=2; Split = "split", 1..=1;
    Replace = "replace", 2..=2; StartsWith = "startsWith", 1..=1; EndsWith = "endsWith", 1..=1;
    Contains = "contains", 1..=1; IndexOf = "indexOf", 1..=1; LastIndexOf = "lastIndexOf", 1..=1;
    Matches = "matches", 1..=1; MatchesFull = "matchesFull", 1..=1; ReplaceMatches = "replaceMatches", 2..=2;
}

impl Function {
    pub(super) fn is_regex(self) -> bool {
        matches!(self, Self::Matches | Self::MatchesFull | Self::ReplaceMatches)
    }
}

impl<'d> Run<'_, 'd> {
    /// Calls a function.
    pub(super) fn call(
        &mut self,
        function: Function,
        focus: Bag<'d>,
        arguments: &[Expr],
        scope: &Scope<'d>,
    ) -> Result<Bag<'d>, Fault> {
        use Function::*;
        self.step(focus.len())?;
        match function {
            Exists => match arguments.first() {
                None => Ok(Bag::truth(!focus.is_empty())),
                Some(test) => Ok(Bag::truth(!self.filter(focus, test)?.is_empty())),
            },
            Where => self.filter(focus, &arguments[0]),
            All => {
                let count = focus.len();
                Ok(Bag::truth(self.filter(focus, &arguments[0])?.len() == count))
            }
            Select => {
                let mut out = Bag::Nothing;
                for (index, item) in focus.as_slice().iter().enumerate() {
                    out.extend(self.inner(&arguments[0], item, index)?);
                }
                Ok(out)
            }
            Repeat => self.repeat(focus, &arguments[0]),
            Iif => self.iif(&focus, arguments, scope),
            Aggregate => {
                let mut total = arguments.get(1).map_or(Ok(Bag::Nothing), |start| self.eval(start, scope))?;
                for (index, item) in focus.as_slice().iter().enumerate() {
                    let inner = Scope { this: item.clone(), index, total };
                    total = self.eval(&arguments[0], &inner)?;
                }
                Ok(total)
            }
            Trace => Ok(focus),
            _ => {
                let values = arguments
                    .iter()
                    .map(|argument| self.eval(argument, scope))
                    .collect::<Result<Vec<_>, _>>()?;
                self.plain(function, focus, &values)
            }
        }
    }

    fn inner(&mut self, expr: &Expr, item: &Item<'d>, index: usize) -> Result<Bag<'d>, Fault> {
        self.eval(expr, &Scope { this: item.clone(), index, total: Bag::Nothing })
    }

    fn filter(&mut self, focus: Bag<'d>, test: &Expr) -> Result<Bag<'d>, Fault> {
        let mut out = Bag::Nothing;
        for (index, item) in focus.as_slice().iter().enumerate() {
            let truth = self.inner(test, item, index)?;
            if self.truth(&truth)? == Some(true) {
                out.push(item.clone());
            }
        }
        Ok(out)
    }

    fn repeat(&mut self, focus: Bag<'d>, expr: &Expr) -> Result<Bag<'d>, Fault> {
        let mut out: Vec<Item<'d>> = Vec::new();
        let mut fresh = focus;
        while !fresh.is_empty() {
            let mut next = Bag::Nothing;
            for (index, item) in fresh.as_slice().iter().enumerate() {
                for found in self.inner(expr, item, index)?.as_slice() {
                    let is_known = match found {
                        Item::Node(node) => {
                            self.step(out.len() / 8)?;
                            out.iter().any(|other| matches!(other, Item::Node(other) if other == node))
                        }
                        _ => self.holds(&out, found)?,
                    };
                    if !is_known {
                        out.push(found.clone());
                        next.push(found.clone());
                    }
                }
            }
            fresh = next;
        }
        Ok(out.into_iter().collect())
    }

    fn iif(&mut self, focus: &Bag<'d>, arguments: &[Expr], scope: &Scope<'d>) -> Result<Bag<'d>, Fault> {
        let own;
        let scope = match focus.as_slice() {
            [item] => {
                own = Scope { this: item.clone(), index: 0, total: Bag::Nothing };
                &own
            }
            _ => scope,
        };
        let is_of_nothing = focus.is_empty()
            && matches!(&arguments[0], Expr::Call(inner, Function::Empty, _) if matches!(**inner, Expr::This));
        let truth = if is_of_nothing {
            Some(true)
        } else {
            let bag = self.eval(&arguments[0], scope)?;
            self.truth(&bag)?
        };
        match (truth, arguments.get(2)) {
            (Some(true), _) => self.eval(&arguments[1], scope),
            (_, Some(other)) => self.eval(other, scope),
            _ => Ok(Bag::Nothing),
        }
    }

    /// Functions whose arguments are evaluated first.
    fn plain(&mut self, function: Function, focus: Bag<'d>, arguments: &[Bag<'d>]) -> Result<Bag<'d>, Fault> {
        use Function::*;
        let truths = |run: &Self, wanted: bool| {
            focus.as_slice().iter().filter(|item| run.tree().truth(item) == Some(wanted)).count()
        };
        Ok(match function {
            Empty => Bag::truth(focus.is_empty()),
            Count => Bag::integer(focus.len()),
            Not => self.truth(&focus)?.map(|truth| Item::Bool(!truth)).into(),
            AllTrue => Bag::truth(truths(self, true) == focus.len()),
            AllFalse => Bag::truth(truths(self, false) == focus.len()),
            AnyTrue => Bag::truth(truths(self, true) > 0),
            AnyFalse => Bag::truth(truths(self, false) > 0),
            Distinct => self.distinct(focus)?,
            IsDistinct => {
                let count = focus.len();
                Bag::truth(self.distinct(focus)?.len() == count)
            }
            SubsetOf => Bag::truth(self.is_subset(focus.as_slice(), arguments[0].as_slice())?),
            SupersetOf => Bag::truth(self.is_subset(arguments[0].as_slice(), focus.as_slice())?),
            Single => match focus.len() {
                0 | 1 => focus,
                _ => return Err(Fault::Several),
            },
            First => focus.as_slice().first().cloned().into(),
            Last => focus.as_slice().last().cloned().into(),
            Tail => focus.as_slice().iter().skip(1).cloned().collect(),
            Skip => focus.as_slice().iter().skip(self.count(&arguments[0])?).cloned().collect(),
            Take => focus.as_slice().iter().take(self.count(&arguments[0])?).cloned().collect(),
            Intersect => {
                let mut out = Bag::Nothing;
                for item in focus.as_slice() {
                    if self.holds(arguments[0].as_slice(), item)? {
                        out.push(item.clone());
                    }
                }
                self.distinct(out)?
            }
            Exclude => {
                let mut out = Bag::Nothing;
                for item in focus.as_slice() {
                    if !self.holds(arguments[0].as_slice(), item)? {
                        out.push(item.clone());
                    }
                }
                out
            }
            Union | Combine => {
                let mut all = focus;
                all.extend(arguments[0].clone());
                if function == Union { self.distinct(all)? } else { all }
            }
            Children | Descendants => self.below(&focus, function == Descendants)?,
            Join => {
                let parts: Vec<_> =
                    focus.as_slice().iter().filter_map(|item| self.tree().text(item)).collect();
                let between = arguments.first().map_or(Ok(None), |bag| self.string(bag))?.unwrap_or_default();
                Bag::text(parts.join(&between))
            }
            Extension | HasValue | GetValue | Resolve | MemberOf | ConformsTo | HtmlChecks | Now | Today => {
                self.fhir(function, &focus, arguments)?
            }
            Abs | Ceiling | Floor | Round | Truncate => self.arithmetic(function, &focus, arguments)?,
            Length | Upper | Lower | Trim | ToChars | Substring | Split | Replace | StartsWith | EndsWith
            | Contains | IndexOf | LastIndexOf | Matches | MatchesFull | ReplaceMatches => {
                self.text_function(function, &focus, arguments)?
            }
            _ => self.convert(function, &focus)?,
        })
    }

    fn count(&self, bag: &Bag<'d>) -> Result<usize, Fault> {
        Ok(usize::try_from(self.integer(bag)?.unwrap_or(0)).unwrap_or(0))
    }

    fn is_subset(&mut self, part: &[Item<'d>], whole: &[Item<'d>]) -> Result<bool, Fault> {
        for item in part {
            if !self.holds(whole, item)? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    fn below(&mut self, focus: &Bag<'d>, deep: bool) -> Result<Bag<'d>, Fault> {
        let mut out = Vec::new();
        for item in focus.as_slice() {
            let Item::Node(node) = item else { continue };
            let mut push = |child: Node| out.push(Item::Node(child));
            if deep { self.tree().descendants(*node, &mut push) } else { self.tree().children(*node, push) }
        }
        self.step(out.len())?;
        Ok(out.into_iter().collect())
    }

    /// What R4 adds.
    fn fhir(&mut self, function: Function, focus: &Bag<'d>, arguments: &[Bag<'d>]) -> Result<Bag<'d>, Fault> {
        use Function::*;
        let tree = self.tree();
        let argument = arguments.first().map_or(Ok(None), |bag| self.string(bag))?;
        let host = || self.env.host.ok_or(Fault::Unavailable);
        Ok(match function {
            Extension => {
                let Some(url) = argument else { return Ok(Bag::Nothing) };
                let all = self.child(focus, "extension")?;
                let is_it = |item: &&Item<'d>| matches!(item, Item::Node(node) if tree.text_of(*node, "url").as_deref() == Some(&*url));
                all.as_slice().iter().filter(is_it).cloned().collect()
            }
            HasValue => Bag::truth(matches!(focus.as_slice(), [item] if is_primitive_value(tree, item))),
            GetValue => focus
                .as_slice()
                .iter()
                .filter(|item| is_primitive_value(tree, item))
                .filter_map(|item| tree.system(item))
                .collect(),
            Resolve => {
                let Some(host) = self.env.host else { return Ok(Bag::Nothing) };
                let reference = |item: &Item<'d>| match item {
                    Item::Node(node) if tree.object(*node).is_some() => tree.text_of(*node, "reference"),
                    other => tree.text(other),
                };
                let targets = focus
                    .as_slice()
                    .iter()
                    .filter_map(|item| host.resolve(&reference(item)?, self.env.resource));
                targets.map(Item::Node).collect()
            }
            MemberOf | ConformsTo => {
                let (Some(url), [Item::Node(node)]) = (argument, focus.as_slice()) else {
                    return Ok(Bag::Nothing);
                };
                let host = host()?;
                let answer = if function == MemberOf {
                    host.member_of(*node, &url)
                } else {
                    host.conforms(*node, &url)
                };
                Bag::truth(answer.ok_or(Fault::Unavailable)?)
            }
            HtmlChecks => {
                let fine =
                    |item: &Item<'d>| tree.text(item).is_some_and(|text| crate::xhtml::is_narrative(&text));
                Bag::truth(focus.as_slice().iter().all(fine))
            }
            _ => {
                let now = host()?.now().ok_or(Fault::Unavailable)?;
                let text = if function == Today { now.get(..10).unwrap_or(&now) } else { &now };
                Moment::parse(text).map(Item::Moment).into()
            }
        })
    }

    fn arithmetic(
        &mut self,
        function: Function,
        focus: &Bag<'d>,
        arguments: &[Bag<'d>],
    ) -> Result<Bag<'d>, Fault> {
        let [item] = focus.as_slice() else {
            return if focus.is_empty() { Ok(Bag::Nothing) } else { Err(Fault::Several) };
        };
        let Some(item) = self.tree().system(item) else { return Ok(Bag::Nothing) };
        let value = number(&item).ok_or(Fault::Type)?;
        let whole = |number: Option<i64>| number.map(Item::Integer).into();
        Ok(match function {
            Function::Floor => whole(value.floor()),
            Function::Ceiling => whole(value.negate().floor().map(|floor| -floor)),
            Function::Truncate if value.is_negative() => whole(value.negate().floor().map(|floor| -floor)),
            Function::Truncate => whole(value.floor()),
            Function::Round => {
                let places = arguments.first().map_or(Ok(0), |bag| self.count(bag))?;
                value.round(u32::try_from(places).unwrap_or(u32::MAX)).map(Item::Decimal).into()
            }
            _ => match item {
                Item::Integer(value) => Bag::One(Item::Integer(value.saturating_abs())),
                _ if value.is_negative() => Bag::One(Item::Decimal(value.negate())),
                _ => Bag::One(Item::Decimal(value)),
            },
        })
    }

    /// `toX` and `convertsToX`.
    fn convert(&mut self, function: Function, focus: &Bag<'d>) -> Result<Bag<'d>, Fault> {
        use Function::*;
        let [item] = focus.as_slice() else {
            return if focus.is_empty() { Ok(Bag::Nothing) } else { Err(Fault::Several) };
        };
        let tree = self.tree();
        let text = || tree.text(item);
        let moment = |length: usize| {
            let text = text()?;
            Moment::parse(text.get(..length.min(text.len()))?).map(Item::Moment)
        };
        let asked = matches!(
            function,
            ConvertsToBoolean
                | ConvertsToInteger
                | ConvertsToDecimal
                | ConvertsToText
                | ConvertsToDate
                | ConvertsToDateTime
                | ConvertsToTime
        );
        let result = match function {
            ToText | ConvertsToText => text().map(Item::Text),
            ToInteger | ConvertsToInteger => match tree.system(item) {
                Some(Item::Integer(value)) => Some(Item::Integer(value)),
                Some(Item::Bool(value)) => Some(Item::Integer(i64::from(value))),
                Some(Item::Text(text)) => text.parse().ok().map(Item::Integer),
                _ => None,
            },
            ToDecimal | ConvertsToDecimal => text().and_then(|text| Decimal::parse(&text)).map(Item::Decimal),
            ToBoolean | ConvertsToBoolean => {
                text().and_then(|text| match text.to_ascii_lowercase().as_str() {
                    "true" | "t" | "yes" | "y" | "1" | "1.0" => Some(Item::Bool(true)),
                    "false" | "f" | "no" | "n" | "0" | "0.0" => Some(Item::Bool(false)),
                    _ => None,
                })
            }
            ToDate | ConvertsToDate => moment(10),
            ToDateTime | ConvertsToDateTime => moment(usize::MAX),
            ToTime | ConvertsToTime => text().and_then(|text| Moment::parse_time(&text)).map(Item::Moment),
            ToQuantity => match tree.system(item) {
                Some(Item::Quantity(value, unit)) => Some(Item::Quantity(value, unit)),
                Some(other) => number(&other).map(|value| Item::Quantity(value, Cow::Borrowed("1"))),
                None => None,
            },
            _ => return Err(Fault::Arguments),
        };
        Ok(if asked { Bag::truth(result.is_some()) } else { result.into() })
    }
}

/// True for a primitive that has a value.
fn is_primitive_value(tree: &super::Tree<'_>, item: &Item<'_>) -> bool {
    match item {
        Item::Node(node) => {
            tree.value(*node).is_some_and(|value| !matches!(value.kind(), Kind::Object | Kind::Array))
        }
        _ => true,
    }
}
