//! The names of files in a bundle. No other room makes one up.

/// The facts.
pub const DOCUMENT: &str = "bundle.json";
/// Requests and answers, HAR 1.2.
pub const HAR: &str = "network.har";
/// Console lines and uncaught errors.
pub const CONSOLE: &str = "console.ndjson";
/// The whole story.
pub const REPORT: &str = "report.html";
/// What was taken out.
pub const REDACTION: &str = "redaction.json";
/// Path, hash and size of every other file.
pub const MANIFEST: &str = "manifest.json";
/// Verdicts and signatures; not part of the manifest.
pub const SIGNOFF: &str = "signoff";

/// A name as a folder or file: lower-case letters, digits and dashes, at most 60.
pub fn slug(name: &str) -> String {
    let mut slug = String::new();
    for character in name.chars() {
        if character.is_ascii_alphanumeric() {
            slug.push(character.to_ascii_lowercase());
        } else if !slug.ends_with('-') && !slug.is_empty() {
            slug.push('-');
        }
    }
    slug.truncate(60);
    let slug = slug.trim_end_matches('-');
    if slug.is_empty() {
        "checklist".to_owned()
    } else {
        slug.to_owned()
    }
}

/// A step's picture: `screens/customer-signs-a-quote/02-sign-it.jpg`.
pub fn picture(folder: &str, step: &str) -> String {
    format!("screens/{folder}/{step}.jpg")
}

#[cfg(test)]
mod tests {
    use super::slug;

    #[test]
    fn names_become_folders() {
        assert_eq!(slug("Customer signs a quote"), "customer-signs-a-quote");
        assert_eq!(slug("../../etc"), "etc");
        assert_eq!(slug("見積"), "checklist");
        assert_eq!(slug(&"x".repeat(90)).len(), 60);
    }
}
