//! Units of measure by UCUM's grammar (The Unified Code for Units of Measure, version 2.1, case sensitive): prefixes, atoms,
//! exponents, factors, annotations, products and quotients.
//!
//! For: telling a unit from a text. R4's own list of units is taken at its word where it leaves the grammar: annotations with spaces and
//! behind numbers and parentheses, and `AU`. Never converts a unit. State: none.

/// UCUM's URL.
pub(crate) const SYSTEM: &str = "http://unitsofmeasure.org";

/// The longest unit, in bytes.
const MAX_BYTES: usize = 256;

/// How deep parentheses may be nested.
const MAX_DEPTH: usize = 16;

/// The longest first: `da` before `d`.
const PREFIXES: [&str; 24] = [
    "da", "Ki", "Mi", "Gi", "Ti", "Y", "Z", "E", "P", "T", "G", "M", "k", "h", "d", "c", "m", "u", "n", "p",
    "f", "a", "z", "y",
];

/// Atoms that take a prefix.
const METRIC: &str = " m s g rad K C cd mol sr Hz N Pa J W A V F Ohm S Wb Cel T H lm lx Bq Gy Sv l L ar t bar u eV pc \
[c] [h] [k] [eps_0] [mu_0] [e] [m_e] [m_p] [G] [g] [ly] gf Ky Gal dyn erg P Bi St Mx G Oe Gb sb Lmb ph Ci R RAD REM \
cal_[15] cal_[20] cal_m cal_IT cal_th cal tex m[H2O] m[Hg] eq osm g% kat U [iU] [IU] Np B B[SPL] B[V] B[mV] B[uV] B[10.nV] \
B[W] B[kW] st mho bit By Bd ";

/// Atoms that take none.
const PLAIN: &str = " 10* 10^ [pi] % [ppth] [ppm] [ppb] [pptr] gon deg ' '' min h d a_t a_j a_g a wk mo_s mo_j mo_g mo atm \
[lbf_av] [in_i] [ft_i] [yd_i] [mi_i] [fth_i] [nmi_i] [kn_i] [sin_i] [sft_i] [syd_i] [cin_i] [cft_i] [cyd_i] [bf_i] \
[cr_i] [mil_i] [cml_i] [hd_i] [ft_us] [yd_us] [in_us] [rd_us] [ch_us] [lk_us] [rch_us] [rlk_us] [fth_us] [fur_us] \
[mi_us] [acr_us] [srd_us] [smi_us] [sct] [twp] [mil_us] [in_br] [ft_br] [rd_br] [ch_br] [lk_br] [fth_br] [pc_br] \
[yd_br] [mi_br] [nmi_br] [kn_br] [acr_br] [gal_us] [bbl_us] [qt_us] [pt_us] [gil_us] [foz_us] [fdr_us] [min_us] \
[crd_us] [bu_us] [gal_wi] [pk_us] [dqt_us] [dpt_us] [tbs_us] [tsp_us] [cup_us] [foz_m] [cup_m] [tsp_m] [tbs_m] [gal_br] \
[pk_br] [bu_br] [qt_br] [pt_br] [gil_br] [foz_br] [fdr_br] [min_br] [gr] [lb_av] [oz_av] [dr_av] [scwt_av] [lcwt_av] \
[ston_av] [lton_av] [stone_av] [pwt_tr] [oz_tr] [lb_tr] [sc_ap] [dr_ap] [oz_ap] [lb_ap] [oz_m] [lne] [pnt] [pca] [pnt_pr] \
[pca_pr] [pied] [pouce] [ligne] [didot] [cicero] [degF] [degR] [degRe] [Cal] [Btu_39] [Btu_59] [Btu_60] [Btu_m] [Btu_IT] \
[Btu_th] [Btu] [HP] [den] [in_i'H2O] [in_i'Hg] [PRU] [wood'U] [diop] [p'diop] %[slope] [mesh_i] [Ch] [drp] [hnsf'U] [MET] \
[hp'_X] [hp'_C] [hp'_M] [hp'_Q] [hp_X] [hp_C] [hp_M] [hp_Q] [kp_X] [kp_C] [kp_M] [kp_Q] [pH] [S] [HPF] [LPF] [arb'U] \
[USP'U] [GPL'U] [MPL'U] [APL'U] [beth'U] [anti'Xa'U] [todd'U] [dye'U] [smgy'U] [bdsk'U] [ka'U] [knk'U] [mclg'U] [tb'U] \
[CCID_50] [TCID_50] [EID_50] [PFU] [FFU] [CFU] [IR] [BAU] [AU] [Amb'a'1'U] [PNU] [Lf] [D'ag'U] [FEU] [ELU] [EU] Ao b att \
[psi] circ sph AU [car_m] [car_Au] [smoot] [m/s2/Hz^0.5] bit_s ";

/// True for a unit.
pub(crate) fn is_unit(text: &str) -> bool {
    if text.is_empty() || text.len() > MAX_BYTES || !text.bytes().all(|byte| (b' '..=b'~').contains(&byte)) {
        return false;
    }
    let rest = text.strip_prefix('/').unwrap_or(text);
    term(rest, 0) == Some("")
}

/// Components between full stops and strokes; what stands behind them.
fn term(text: &str, depth: usize) -> Option<&str> {
    if depth > MAX_DEPTH {
        return None;
    }
    let mut rest = component(text, depth)?;
    while let Some(after) = rest.strip_prefix('.').or_else(|| rest.strip_prefix('/')) {
        rest = component(after, depth)?;
    }
    Some(rest)
}

fn component(text: &str, depth: usize) -> Option<&str> {
    if let Some(inside) = text.strip_prefix('(') {
        return annotated(term(inside, depth + 1)?.strip_prefix(')')?);
    }
    if text.starts_with('{') {
        return annotation(text);
    }
    // `10*` is an atom, 10 a factor.
    let end = text.bytes().take_while(u8::is_ascii_digit).count();
    if end > 0 && !text.starts_with("10*") && !text.starts_with("10^") {
        return annotated(&text[end..]);
    }
    let end = simple_end(text);
    let (symbol, rest) = text.split_at(end);
    if !is_simple(symbol) {
        return None;
    }
    let signed = rest.strip_prefix(['+', '-']);
    let digits = signed.unwrap_or(rest).bytes().take_while(u8::is_ascii_digit).count();
    if signed.is_some() && digits == 0 {
        return None;
    }
    let rest = &signed.unwrap_or(rest)[digits..];
    annotated(rest)
}

fn annotated(text: &str) -> Option<&str> {
    if text.starts_with('{') { annotation(text) } else { Some(text) }
}

fn annotation(text: &str) -> Option<&str> {
    let (inside, rest) = text.strip_prefix('{')?.split_once('}')?;
    (!inside.contains('{')).then_some(rest)
}

/// Where an atom ends: before what can't be of one. Between square brackets anything can.
fn simple_end(text: &str) -> usize {
    let bytes = text.as_bytes();
    if text.starts_with("10*") || text.starts_with("10^") {
        return 3;
    }
    let mut is_inside = false;
    for (at, byte) in bytes.iter().enumerate() {
        match byte {
            b'[' => is_inside = true,
            b']' => is_inside = false,
            b'.' | b'/' | b'(' | b')' | b'{' | b'+' | b'-' if !is_inside => return at,
            b'0'..=b'9' if !is_inside => return at,
            _ => {}
        }
    }
    text.len()
}

fn is_simple(symbol: &str) -> bool {
    let is_of = |list: &str, symbol: &str| {
        !symbol.is_empty()
            && !symbol.contains(' ')
            && list
                .match_indices(symbol)
                .any(|(at, _)| list[..at].ends_with(' ') && list[at + symbol.len()..].starts_with(' '))
    };
    is_of(METRIC, symbol)
        || is_of(PLAIN, symbol)
        || PREFIXES.iter().any(|prefix| symbol.strip_prefix(prefix).is_some_and(|atom| is_of(METRIC, atom)))
}

#[cfg(test)]
mod tests {
    use super::is_unit;

    #[test]
    fn units_and_what_is_none() {
        for good in [
            "m",
            "kg",
            "mg/dL",
            "10*9/L",
            "10*3/uL",
            "%",
            "mm[Hg]",
            "cm[H2O]",
            "/min",
            "{beats}/min",
            "kg/m2",
            "m/s2",
            "[in_i]",
            "[degF]",
            "Cel",
            "umol/L",
            "1",
            "{score}",
            "mL/min/{1.73_m2}",
            "mL/min/(173.10*-2.m2)",
            "[IU]/L",
            "m[IU]/mL",
            "10^6",
            "g%",
            "mol/kg",
            "dB[SPL]",
            "d",
            "a",
            "mo",
            "wk",
            "'",
            "''",
            "L/(min.m2)",
            "g.m/s2",
            "ng/mL{FEU}",
            "[lb_av]",
            "kat",
            "meq/L",
            "mosm/kg",
            "/[HPF]",
            "u[IU]/mL",
            "s-1",
            "m+2",
            "[in_i'H2O]",
            "daPa",
            "KiBy",
            "eq/L",
            "pg",
        ] {
            assert!(is_unit(good), "{good}");
        }
        for bad in [
            "",
            " ",
            "kg ",
            "mmHg",
            "Stück",
            "kilogram",
            "mg//dL",
            "mg/",
            "(m",
            "m)",
            "{a",
            "a}",
            "{a{b}}",
            "m-",
            "K[degF]",
            "k%",
            "xm",
            "IU/L",
            "10**",
            "mg dL",
            "kmin",
            &"m.".repeat(200),
            &"(".repeat(100),
        ] {
            assert!(!is_unit(bad), "{bad}");
        }
    }

    #[test]
    fn the_units_that_r4_lists() {
        let library = crate::conform::Library::new([]);
        let set =
            library.lists().value_set("http://hl7.org/fhir/ValueSet/ucum-common", None).expect("R4 has it");
        let codes: Vec<_> =
            set.include.iter().filter_map(|part| part.codes.as_ref()).flat_map(|codes| &codes.all).collect();
        assert!(codes.len() > 1_000, "{}", codes.len());
        let refused: Vec<_> = codes.iter().map(|one| &*one.code).filter(|code| !is_unit(code)).collect();
        assert!(refused.is_empty(), "{refused:?}");
    }
}
