//! FHIRPath's grammar (version 2.0): from words to a tree. Never evaluates; depth and length are bounded.

use std::sync::OnceLock;

use super::decimal::Decimal;
use super::function::Function;
use super::lex::{Word, words};
use super::moment::Moment;
use super::{Fault, MAX_DEPTH, MAX_EXPRESSION_BYTES};

/// A literal.
#[derive(Debug, Clone)]
pub(super) enum Literal {
    Bool(bool),
    Integer(i64),
    Decimal(Decimal),
    Text(Box<str>),
    Moment(Moment),
    Quantity(Decimal, Box<str>),
}

/// What stands behind a `%`.
#[derive(Debug, Clone)]
pub(super) enum Variable {
    Resource,
    RootResource,
    Context,
    Constant(Box<str>),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Operator {
    Multiply,
    Divide,
    Div,
    Mod,
    Add,
    Subtract,
    Concatenate,
    Union,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    Equal,
    Equivalent,
    NotEqual,
    NotEquivalent,
    In,
    Contains,
    And,
    Or,
    Xor,
    Implies,
}

/// A node of the tree.
#[derive(Debug)]
pub(super) enum Expr {
    Nothing,
    Literal(Literal),
    This,
    Index,
    Total,
    Variable(Variable),
    Child(Box<Expr>, Box<str>),
    /// The first name of a path: the type of what is looked at, or one of its elements.
    TypeOrChild(Box<str>),
    Call(Box<Expr>, Function, Vec<Expr>),
    /// A call with a regular expression that is written out, compiled at first use.
    Regex(Box<Expr>, Function, Vec<Expr>, Pattern),
    At(Box<Expr>, Box<Expr>),
    Negative(Box<Expr>),
    Is(Box<Expr>, Box<str>),
    As(Box<Expr>, Box<str>),
    Binary(Operator, Box<Expr>, Box<Expr>),
}

/// A regular expression and its compiled form.
#[derive(Debug)]
pub(super) struct Pattern {
    pub text: Box<str>,
    pub compiled: OnceLock<Option<regex::Regex>>,
}

/// Reads an expression.
pub(super) fn parse(text: &str) -> Result<Expr, Fault> {
    if text.len() > MAX_EXPRESSION_BYTES {
        return Err(Fault::TooLong);
    }
    let mut parser = Parser { words: words(text)?, at: 0, depth: 0 };
    let expr = parser.expression(0)?;
    if parser.at == parser.words.len() { Ok(expr) } else { Err(Fault::Syntax) }
}

struct Parser {
    words: Vec<Word>,
    at: usize,
    depth: usize,
}

/// Binding power: larger binds tighter.
fn operator(word: &Word) -> Option<(Operator, u8)> {
    use Operator::*;
    Some(match word {
        Word::Sign("*") => (Multiply, 10),
        Word::Sign("/") => (Divide, 10),
        Word::Sign("+") => (Add, 9),
        Word::Sign("-") => (Subtract, 9),
        Word::Sign("&") => (Concatenate, 9),
        Word::Sign("|") => (Union, 7),
        Word::Sign("<") => (Less, 6),
        Word::Sign("<=") => (LessOrEqual, 6),
        Word::Sign(">") => (Greater, 6),
        Word::Sign(">=") => (GreaterOrEqual, 6),
        Word::Sign("=") => (Equal, 5),
        Word::Sign("~") => (Equivalent, 5),
        Word::Sign("!=") => (NotEqual, 5),
        Word::Sign("!~") => (NotEquivalent, 5),
        Word::Name(name) => match name.as_str() {
            "div" => (Div, 10),
            "mod" => (Mod, 10),
            "in" => (In, 4),
            "contains" => (Contains, 4),
            "and" => (And, 3),
            "or" => (Or, 2),
            "xor" => (Xor, 2),
            "implies" => (Implies, 1),
            _ => return None,
        },
        _ => return None,
    })
}

/// Where `is` and `as` bind.
const TYPE_POWER: u8 = 8;

impl Parser {
    fn peek(&self) -> Option<&Word> {
        self.words.get(self.at)
    }

    fn is_sign(&self, sign: &str) -> bool {
        matches!(self.peek(), Some(Word::Sign(found)) if *found == sign)
    }

    fn sign(&mut self, sign: &str) -> Result<(), Fault> {
        if !self.is_sign(sign) {
            return Err(Fault::Syntax);
        }
        self.at += 1;
        Ok(())
    }

    fn next(&mut self) -> Result<Word, Fault> {
        let word = self.words.get(self.at).cloned().ok_or(Fault::Syntax)?;
        self.at += 1;
        Ok(word)
    }

    fn expression(&mut self, least: u8) -> Result<Expr, Fault> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(Fault::TooDeep);
        }
        let mut left = self.unary()?;
        // The chain to the left grows a level deeper with each operator.
        let mut chained = 0;
        while let Some(word) = self.peek() {
            chained += 1;
            if chained > MAX_DEPTH * 4 {
                return Err(Fault::TooDeep);
            }
            if let Word::Name(name) = word
                && matches!(name.as_str(), "is" | "as")
            {
                if TYPE_POWER < least {
                    break;
                }
                let is = name == "is";
                self.at += 1;
                let kind = self.type_name()?;
                left = if is { Expr::Is(Box::new(left), kind) } else { Expr::As(Box::new(left), kind) };
                continue;
            }
            let Some((operator, power)) = operator(word).filter(|(_, power)| *power >= least) else { break };
            self.at += 1;
            let right = self.expression(power + 1)?;
            left = Expr::Binary(operator, Box::new(left), Box::new(right));
        }
        self.depth -= 1;
        Ok(left)
    }

    fn unary(&mut self) -> Result<Expr, Fault> {
        if self.is_sign("-") {
            self.at += 1;
            return Ok(Expr::Negative(Box::new(self.postfix()?)));
        }
        if self.is_sign("+") {
            self.at += 1;
        }
        self.postfix()
    }

    fn postfix(&mut self) -> Result<Expr, Fault> {
        let mut expr = self.term()?;
        for _ in 0..MAX_DEPTH * 4 {
            if self.is_sign(".") {
                self.at += 1;
                expr = match self.next()? {
                    Word::Name(name) | Word::Quoted(name) if self.is_sign("(") => self.call(expr, &name)?,
                    Word::Name(name) | Word::Quoted(name) => Expr::Child(Box::new(expr), name.into()),
                    Word::Dollar(name) if name == "this" => expr,
                    _ => return Err(Fault::Syntax),
                };
            } else if self.is_sign("[") {
                self.at += 1;
                let index = self.expression(0)?;
                self.sign("]")?;
                expr = Expr::At(Box::new(expr), Box::new(index));
            } else {
                return Ok(expr);
            }
        }
        Err(Fault::TooDeep)
    }

    fn term(&mut self) -> Result<Expr, Fault> {
        Ok(match self.next()? {
            Word::Sign("(") => {
                let inner = self.expression(0)?;
                self.sign(")")?;
                inner
            }
            Word::Sign("{") => {
                self.sign("}")?;
                Expr::Nothing
            }
            Word::Text(text) => Expr::Literal(Literal::Text(text.into())),
            Word::Number(number) => self.number(&number)?,
            Word::Moment(text) => {
                let moment = match text.strip_prefix('T') {
                    Some(time) => Moment::parse_time(time),
                    None => Moment::parse(&text),
                };
                Expr::Literal(Literal::Moment(moment.ok_or(Fault::Syntax)?))
            }
            Word::Dollar(name) => match name.as_str() {
                "this" => Expr::This,
                "index" => Expr::Index,
                "total" => Expr::Total,
                _ => return Err(Fault::Syntax),
            },
            Word::Percent(name) => Expr::Variable(variable(&name)?),
            Word::Name(name) | Word::Quoted(name) if self.is_sign("(") => self.call(Expr::This, &name)?,
            Word::Name(name) if name == "true" || name == "false" => {
                Expr::Literal(Literal::Bool(name == "true"))
            }
            Word::Name(name) if name.starts_with(|first: char| first.is_ascii_uppercase()) => {
                Expr::TypeOrChild(name.into())
            }
            Word::Name(name) | Word::Quoted(name) => Expr::Child(Box::new(Expr::This), name.into()),
            Word::Sign(_) => return Err(Fault::Syntax),
        })
    }

    /// A number, and the unit of a quantity behind it.
    fn number(&mut self, text: &str) -> Result<Expr, Fault> {
        const UNITS: [&str; 8] = ["year", "month", "week", "day", "hour", "minute", "second", "millisecond"];
        let value = Decimal::parse(text).ok_or(Fault::Syntax)?;
        let unit = match self.peek() {
            Some(Word::Text(unit)) => Some(unit.clone()),
            Some(Word::Name(unit)) if UNITS.contains(&unit.trim_end_matches('s')) => Some(unit.clone()),
            _ => None,
        };
        if let Some(unit) = unit {
            self.at += 1;
            return Ok(Expr::Literal(Literal::Quantity(value, unit.into())));
        }
        let whole = (!text.contains('.')).then(|| value.whole()).flatten();
        Ok(Expr::Literal(whole.map_or(Literal::Decimal(value), Literal::Integer)))
    }

    fn call(&mut self, focus: Expr, name: &str) -> Result<Expr, Fault> {
        self.sign("(")?;
        if matches!(name, "is" | "as" | "ofType") {
            let kind = self.type_name()?;
            self.sign(")")?;
            return Ok(if name == "is" {
                Expr::Is(Box::new(focus), kind)
            } else {
                Expr::As(Box::new(focus), kind)
            });
        }
        let function =
            Function::from_name(name).ok_or_else(|| Fault::Function(name.chars().take(40).collect()))?;
        let mut arguments = Vec::new();
        if !self.is_sign(")") {
            loop {
                arguments.push(self.expression(0)?);
                if !self.is_sign(",") {
                    break;
                }
                self.at += 1;
            }
        }
        self.sign(")")?;
        if !function.takes(arguments.len()) {
            return Err(Fault::Arguments);
        }
        if function.is_regex()
            && let Some(Expr::Literal(Literal::Text(text))) = arguments.first()
        {
            let pattern = Pattern { text: text.clone(), compiled: OnceLock::new() };
            return Ok(Expr::Regex(Box::new(focus), function, arguments, pattern));
        }
        Ok(Expr::Call(Box::new(focus), function, arguments))
    }

    /// `Patient`, `FHIR.Patient` or `System.String`.
    fn type_name(&mut self) -> Result<Box<str>, Fault> {
        let mut words = 0;
        loop {
            let (Word::Name(name) | Word::Quoted(name)) = self.next()? else { return Err(Fault::Syntax) };
            words += 1;
            if words < 3 && self.is_sign(".") && matches!(name.as_str(), "FHIR" | "System") {
                self.at += 1;
                continue;
            }
            return Ok(name.into());
        }
    }
}

fn variable(name: &str) -> Result<Variable, Fault> {
    let constant = |text: &str| Variable::Constant(text.into());
    Ok(match name {
        "resource" => Variable::Resource,
        "rootResource" => Variable::RootResource,
        "context" => Variable::Context,
        "ucum" => constant("http://unitsofmeasure.org"),
        "sct" => constant("http://snomed.info/sct"),
        "loinc" => constant("http://loinc.org"),
        name => match (name.strip_prefix("vs-"), name.strip_prefix("ext-")) {
            (Some(set), _) => constant(&format!("http://hl7.org/fhir/ValueSet/{set}")),
            (_, Some(extension)) => constant(&format!("http://hl7.org/fhir/StructureDefinition/{extension}")),
            _ => return Err(Fault::Variable),
        },
    })
}
