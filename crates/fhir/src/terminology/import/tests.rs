//! Small files in the publishers' formats, and large ones.

use super::{About, ICD_10_GM, ImportFault, LOINC, code_system, read};

const KODES: &str = "3;N;X;01;A00;A00.-;A00.-;A00;Cholera;Cholera;;;V;V;001;4-002;3-003;2-001;1-002;9;9;9999;9999;9;N;N;J;J\n\
4;T;X;01;A00;A00.0;A00.0;A000;Cholera durch Vibrio cholerae O:1, Biovar cholerae;Cholera;Cholera durch Vibrio cholerae O:1, Biovar cholerae;;P;P;001;4-002;3-003;2-001;1-002;9;9;9999;9999;9;N;J;J;J\n\
4;N;X;04;E10;E10.0-;E10.0-;E100;Diabetes mellitus, Typ 1: Mit Koma;Diabetes mellitus, Typ 1;Mit Koma;;V;V;052;4-053;3-055;2-023;1-027;9;9;9999;9999;9;N;N;N;N\n\
5;T;S;04;E10;E10.01;E10.01;E1001;Diabetes mellitus, Typ 1: Mit Koma: Als entgleist bezeichnet;Diabetes mellitus, Typ 1;Mit Koma;Als entgleist;P;P;052;4-053;3-055;2-023;1-027;9;9;9999;9999;9;N;J;N;N\n";

const CLAML: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE ClaML SYSTEM "ClaML.dtd">
<ClaML version="2.0.0">
  <Meta name="lang" value="de"/>
  <Identifier authority="DIMDI" uid="icd10gm2025"/>
  <Title name="ICD-10-GM" date="2024-09-13" version="2025">ICD-10-GM Version 2025</Title>
  <ClassKinds><ClassKind name="chapter"/><ClassKind name="block"/><ClassKind name="category"/></ClassKinds>
  <Modifier code="S04E10_4"><SubClass code=".0"/><SubClass code=".1"/></Modifier>
  <ModifierClass code=".0" modifier="S04E10_4"><SuperClass code="S04E10_4"/>
    <Rubric id="a" kind="preferred"><Label xml:lang="de" xml:space="default">Mit Koma</Label></Rubric></ModifierClass>
  <ModifierClass code=".1" modifier="S04E10_4"><SuperClass code="S04E10_4"/>
    <Rubric id="b" kind="preferred"><Label>Mit Ketoazidose</Label></Rubric></ModifierClass>
  <ModifierClass code="0" modifier="S04E10_5"><SuperClass code="S04E10_5"/>
    <Rubric id="c" kind="preferred"><Label>Nicht als entgleist bezeichnet</Label></Rubric></ModifierClass>
  <ModifierClass code="1" modifier="S04E10_5"><SuperClass code="S04E10_5"/>
    <Rubric id="d" kind="preferred"><Label>Als entgleist bezeichnet</Label></Rubric></ModifierClass>
  <Class code="04" kind="chapter"><SubClass code="E10-E14"/>
    <Rubric id="e" kind="preferred"><Label>Endokrine, Ern&#228;hrungs- &amp; Stoffwechselkrankheiten</Label></Rubric></Class>
  <Class code="E10-E14" kind="block"><SuperClass code="04"/><SubClass code="E10"/>
    <Rubric id="f" kind="preferred"><Label>Diabetes mellitus</Label></Rubric></Class>
  <Class code="E10" kind="category" usage="dagger"><SuperClass code="E10-E14"/>
    <ModifiedBy code="S04E10_4"/><ModifiedBy code="S04E10_5" all="false"><ValidModifierClass code="1"/></ModifiedBy>
    <Rubric id="g" kind="preferred"><Label>Diabetes mellitus,
       Typ 1<Reference class="in brackets">E10</Reference></Label></Rubric>
    <Rubric id="h" kind="inclusion"><Label>Jugendlicher Diabetes</Label></Rubric></Class>
</ClaML>"#;

const CSV: &str = "\"LOINC_NUM\",\"COMPONENT\",\"PROPERTY\",\"TIME_ASPCT\",\"SYSTEM\",\"SCALE_TYP\",\"METHOD_TYP\",\"CLASS\",\"CLASSTYPE\",\"LONG_COMMON_NAME\",\"SHORTNAME\",\"EXTERNAL_COPYRIGHT_NOTICE\",\"STATUS\",\"VersionFirstReleased\",\"VersionLastChanged\"\r\n\
\"29463-7\",\"Body weight\",\"Mass\",\"Pt\",\"^Patient\",\"Qn\",\"\",\"BDYWGT.ATOM\",\"2\",\"Body weight\",\"Weight\",\"\",\"ACTIVE\",\"2.10\",\"2.77\"\r\n\
\"1009-0\",\"Direct antiglobulin test.poly\",\"ACnc\",\"Pt\",\"RBC\",\"Ord\",\"\",\"BLDBK\",\"1\",\"Deprecated \"\"Direct\"\" antiglobulin,\r\ntest\",\"Deprecated DAT\",\"\",\"DEPRECATED\",\"1.0\",\"2.8\"\r\n";

#[test]
fn icd_as_a_text_file() {
    let name = About { name: "icd10gm2025syst_kodes.txt", ..About::default() };
    let list = code_system(KODES.as_bytes(), &name).expect("a list");
    assert_eq!((&*list.url, &*list.version, list.len()), (ICD_10_GM, "2025", 4));
    let coma = list.concept("E10.01").expect("a code");
    assert_eq!(&*coma.display, "Diabetes mellitus, Typ 1: Mit Koma: Als entgleist bezeichnet");
    assert!(
        list.is_below("E10.01", "E10.0") && list.is_below("A00.0", "A00") && !list.is_below("A00", "A00.0")
    );
    assert!(list.concept("A00").is_some_and(|code| code.is_abstract()) && !coma.is_abstract());
    let fault = |text: &str| read(text.as_bytes(), &name).expect_err("refused");
    let twice = format!("{KODES}{}", KODES.lines().next().expect("a line"));
    assert!(matches!(fault(&twice), ImportFault::Line { line: 5, .. }));
    assert!(matches!(
        fault(&KODES.replace("A000;", "").replace(";N;X;04", ";Q;X;04")),
        ImportFault::Line { line: 3, .. }
    ));
    assert_eq!(read(KODES.as_bytes(), &About::default()).expect_err("no year"), ImportFault::Version);
    assert_eq!(read(b"3;T;\xe4", &name).expect_err("Latin-1"), ImportFault::NotUtf8);
    assert_eq!(read(b"anything", &name).expect_err("no list"), ImportFault::Format);
}

#[test]
fn icd_as_claml() {
    let list = code_system(CLAML.as_bytes(), &About::default()).expect("a list");
    assert_eq!((&*list.url, &*list.version), (ICD_10_GM, "2025"));
    let codes: Vec<_> = list.codes().collect();
    assert_eq!(codes, ["04", "E10-E14", "E10", "E10.0", "E10.01", "E10.1", "E10.11"]);
    let display = |code: &str| list.concept(code).map(|concept| &*concept.display);
    assert_eq!(display("E10.01"), Some("Diabetes mellitus, Typ 1: Mit Koma: Als entgleist bezeichnet"));
    assert_eq!(display("04"), Some("Endokrine, Ernährungs- & Stoffwechselkrankheiten"));
    assert!(list.is_below("E10.01", "04"));
    assert_eq!(list.all().iter().filter(|code| !code.is_abstract()).count(), 2);
    let within = r#"<Label>Diabetes mellitus (siehe <Reference>E10</Reference>), s. d.</Label>"#;
    let within = CLAML.replace("<Label>Diabetes mellitus</Label>", within);
    let list = code_system(within.as_bytes(), &About::default()).expect("a list");
    let block = list.concept("E10-E14").expect("a block");
    assert_eq!(&*block.display, "Diabetes mellitus (siehe E10), s. d.");
    assert_eq!(list.concept("E10").map(|code| &*code.display), Some("Diabetes mellitus, Typ 1"));
    // A fifth digit that does not stand behind one of the fourth.
    let apart = r#"<ModifierClass code="1" modifier="S04E10_5"><Meta name="excludeOnPrecedingModifier" value="S04E10_4 .1"/>"#;
    let apart = CLAML.replace(r#"<ModifierClass code="1" modifier="S04E10_5">"#, apart);
    let list = code_system(apart.as_bytes(), &About::default()).expect("a list");
    assert_eq!(list.codes().collect::<Vec<_>>(), ["04", "E10-E14", "E10", "E10.0", "E10.01", "E10.1"]);
    let fault = |text: &str| read(text.as_bytes(), &About::default()).expect_err("refused");
    assert_eq!(fault(&CLAML.replace("ICD-10-GM\"", "OPS\"")), ImportFault::Url);
    assert!(matches!(fault(&CLAML.replace("&amp;", "&evil;")), ImportFault::Line { .. }));
    assert!(matches!(fault(&CLAML[..CLAML.len() - 40]), ImportFault::Line { .. }));
    assert!(matches!(fault(&format!("<a>{}", "<b>".repeat(100))), ImportFault::Line { .. }));
}

#[test]
fn loinc_as_csv() {
    let list = code_system(CSV.as_bytes(), &About::default()).expect("a list");
    assert_eq!((&*list.url, &*list.version, list.len()), (LOINC, "2.77", 2));
    let old = list.concept("1009-0").expect("a code");
    assert_eq!(&*old.display, "Deprecated \"Direct\" antiglobulin,\r\ntest");
    assert!(old.is_inactive() && !list.concept("29463-7").expect("a code").is_inactive());
    let fault = |text: &str| read(text.as_bytes(), &About::default()).expect_err("refused");
    assert!(matches!(fault(&CSV.replace("\"Qn\",", "")), ImportFault::Line { line: 2, .. }));
    assert!(matches!(fault(&CSV[..CSV.len() - 3]), ImportFault::Line { line: 4, .. }));
    assert!(matches!(fault(&CSV.replace("\"Weight\"", "\"Weight\"x")), ImportFault::Line { line: 2, .. }));
}

#[test]
fn every_cut_is_borne() {
    for whole in [KODES, CLAML, CSV] {
        for end in (0..whole.len()).filter(|end| whole.is_char_boundary(*end)) {
            let _ = read(&whole.as_bytes()[..end], &About { name: "2025", ..About::default() });
        }
    }
}
