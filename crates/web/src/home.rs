//! `GET /`: what runs here, and how to ask it.
//!
//! Never: shows anything of a record; runs a script. State: none.

use crate::answer::Answer;
use crate::fhir;
use crate::web::Web;
use axum::extract::State;
use http::header::{CONTENT_LANGUAGE, CONTENT_SECURITY_POLICY, HeaderName, REFERRER_POLICY, VARY};
use http::{HeaderMap, HeaderValue, StatusCode};
use salus_frame::assets;
use salus_records::Standing;
use salus_records::fhir::Language;
use std::fmt::Write as _;
use std::sync::Arc;

/// Nothing but our own style sheet and icon, and no frame around the page.
const POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
);

/// The page's texts in one language.
struct Words {
    title: &'static str,
    lead: &'static str,
    cells: &'static str,
    no_cells: &'static str,
    name: &'static str,
    base: &'static str,
    state: &'static str,
    serving: &'static str,
    not_serving: &'static str,
    cut_off: &'static str,
    keyholder_gone: &'static str,
    ask: &'static str,
    paste: &'static str,
    token: &'static str,
    read: &'static str,
    write: &'static str,
    more: &'static str,
    capabilities: &'static str,
    health: &'static str,
    metrics: &'static str,
    note: &'static str,
}

const DE: Words = Words {
    title: "Salus läuft",
    lead: "Versiegelte Gesundheitsakten mit HL7 FHIR R4. Jeder Zugriff steht im Protokoll, bevor ein Byte die Akte verlässt.",
    cells: "Zellen",
    no_cells: "Es gibt noch keine Zelle. Legen Sie eine an: salus cell create",
    name: "Name",
    base: "FHIR-Adresse",
    state: "Zustand",
    serving: "bereit",
    not_serving: "nicht bereit",
    cut_off: "abgetrennt",
    keyholder_gone: "Der Schlüsselhalter ist nicht erreichbar; bis er es ist, wird nichts gelesen und nichts geschrieben.",
    ask: "So fragen Sie",
    paste: "Zum Einfügen in eine Befehlszeile auf diesem Rechner",
    token: "Ein Token holen",
    read: "Lesen",
    write: "Schreiben",
    more: "Mehr",
    capabilities: "Was die Schnittstelle kann",
    health: "Zustand",
    metrics: "Messwerte",
    note: "Hinweis",
};

const FR: Words = Words {
    title: "Salus fonctionne",
    lead: "Dossiers de santé scellés, en HL7 FHIR R4. Chaque accès figure au journal avant qu’un octet ne quitte le dossier.",
    cells: "Cellules",
    no_cells: "Il n’y a pas encore de cellule. Créez-en une : salus cell create",
    name: "Nom",
    base: "Adresse FHIR",
    state: "État",
    serving: "prête",
    not_serving: "pas prête",
    cut_off: "isolée",
    keyholder_gone: "Le gardien des clés est injoignable ; d’ici là, rien n’est lu ni écrit.",
    ask: "Comment demander",
    paste: "À coller dans un terminal de cette machine",
    token: "Obtenir un jeton",
    read: "Lire",
    write: "Écrire",
    more: "Plus",
    capabilities: "Ce que l’interface sait faire",
    health: "État",
    metrics: "Mesures",
    note: "Remarque",
};

const EN: Words = Words {
    title: "Salus is running",
    lead: "Sealed health records over HL7 FHIR R4. Every access stands in the log before a byte leaves the record.",
    cells: "Cells",
    no_cells: "There is no cell yet. Make one: salus cell create",
    name: "Name",
    base: "FHIR address",
    state: "State",
    serving: "ready",
    not_serving: "not ready",
    cut_off: "cut off",
    keyholder_gone: "The keyholder cannot be reached; until it can, nothing is read and nothing is written.",
    ask: "How to ask",
    paste: "To paste into a terminal on this machine",
    token: "Get a token",
    read: "Read",
    write: "Write",
    more: "More",
    capabilities: "What the interface offers",
    health: "Health",
    metrics: "Metrics",
    note: "Note",
};

pub(crate) async fn answer(State(web): State<Arc<Web>>, headers: HeaderMap) -> Answer {
    let language = fhir::language(&headers);
    Answer::new(StatusCode::OK)
        .body("text/html; charset=utf-8", page(&web, language))
        .header(CONTENT_SECURITY_POLICY, POLICY)
        .header(REFERRER_POLICY, HeaderValue::from_static("no-referrer"))
        .header(
            HeaderName::from_static("cross-origin-opener-policy"),
            HeaderValue::from_static("same-origin"),
        )
        .header(VARY, HeaderValue::from_static("accept-language"))
        .header(CONTENT_LANGUAGE, HeaderValue::from_static(language.tag()))
}

fn page(web: &Web, language: Language) -> String {
    let words = match language {
        Language::De => &DE,
        Language::Fr => &FR,
        Language::En => &EN,
    };
    let mut out = String::with_capacity(4096);
    let _ = write!(
        out,
        "<!doctype html>\n<html lang=\"{}\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n<title>Salus</title>\n\
         <link rel=\"icon\" href=\"{}\" type=\"image/svg+xml\">\n\
         <link rel=\"stylesheet\" href=\"{}\">\n</head>\n<body class=\"front\">\n<main>\n\
         <h1>{}</h1>\n<p class=\"lead\">{}</p>\n",
        language.tag(),
        assets::address("icon.svg"),
        assets::address("salus.css"),
        words.title,
        words.lead
    );
    let (note, example) = note_and_example(web);
    if let Some(note) = note {
        let _ = writeln!(
            out,
            "<p class=\"note\" role=\"note\"><strong>{}:</strong> {}</p>",
            words.note,
            escape(&note)
        );
    }
    cells(&mut out, web, words);
    examples(&mut out, web, example, words);
    let _ = write!(
        out,
        "<h2>{}</h2>\n<ul>\n<li><a href=\"/healthz\">{}</a></li>\n<li><a href=\"/metrics\">{}</a></li>\n</ul>\n\
         </main>\n<footer><p>Salus {}</p></footer>\n</body>\n</html>\n",
        words.more,
        words.health,
        words.metrics,
        env!("CARGO_PKG_VERSION")
    );
    out
}

fn cells(out: &mut String, web: &Web, words: &Words) {
    let health = web.records.health();
    let _ = writeln!(out, "<h2 id=\"cells\">{}</h2>", words.cells);
    if !health.keyholder_connected {
        let _ = writeln!(out, "<p class=\"note\" role=\"status\">{}</p>", words.keyholder_gone);
    }
    if health.cells.is_empty() {
        let _ = writeln!(out, "<p>{}</p>", words.no_cells);
        return;
    }
    let _ = writeln!(
        out,
        "<div class=\"wide\"><table aria-labelledby=\"cells\">\n<thead><tr><th scope=\"col\">{}</th><th scope=\"col\">{}</th>\
         <th scope=\"col\">{}</th></tr></thead>\n<tbody>",
        words.name, words.base, words.state
    );
    for (name, standing) in &health.cells {
        let base = escape(&format!("{}/{name}/fhir", web.public_base_url));
        let (class, state) = match standing {
            Standing::Serving if health.quarantined.contains(&**name) => ("down", words.cut_off),
            Standing::Serving => ("up", words.serving),
            _ => ("down", words.not_serving),
        };
        let _ = writeln!(
            out,
            "<tr><th scope=\"row\"><a href=\"/{0}/today\">{0}</a></th><td><code>{base}</code><br><a href=\"{base}/metadata\">{1}</a></td>\
             <td class=\"{class}\">{state}</td></tr>",
            escape(name),
            words.capabilities
        );
    }
    out.push_str("</tbody>\n</table></div>\n");
}

/// The note's first line, and the command in the others, in which `{base}` stands for this server's address.
fn note_and_example(web: &Web) -> (Option<String>, Option<String>) {
    let Some(note) = &web.note else { return (None, None) };
    match note.split_once('\n') {
        None => (Some(note.clone()), None),
        Some((note, example)) => {
            (Some(note.to_owned()), Some(example.replace("{base}", &web.public_base_url)))
        }
    }
}

fn examples(out: &mut String, web: &Web, example: Option<String>, words: &Words) {
    let health = web.records.health();
    let cell = health.cells.first().map_or("cell", |(name, _)| name);
    let base = format!("{}/{cell}", web.public_base_url);
    let _ = writeln!(out, "<h2>{}</h2>", words.ask);
    let real = example.map(|example| (words.paste, example));
    let general = [
        (words.token, "TOKEN=$(salus client token --client CLIENT_ID)".to_owned()),
        (
            words.write,
            format!(
                "curl -i -H \"Authorization: Bearer $TOKEN\" -H 'Content-Type: application/fhir+json' \\\n  -d '{{\"resourceType\":\"Patient\",\"name\":[{{\"family\":\"Muster\"}}]}}' {base}/fhir/Patient"
            ),
        ),
        (words.read, format!("curl -i -H \"Authorization: Bearer $TOKEN\" {base}/fhir/Patient/ID")),
    ];
    for (title, command) in real.into_iter().chain(general) {
        let _ =
            writeln!(out, "<h3>{title}</h3>\n<pre tabindex=\"0\"><code>{}</code></pre>", escape(&command));
    }
}

/// Text for HTML's content and quoted attributes.
pub(crate) fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            other => out.push(other),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::escape;

    #[test]
    fn what_is_not_ours_is_text() {
        assert_eq!(escape("<a href='x'>\"&\"</a>"), "&lt;a href=&#39;x&#39;&gt;&quot;&amp;&quot;&lt;/a&gt;");
    }
}
