//! `shippass compare --target A --target B`: two deployments walked one after the other, and what differs.

use serde_json::Value;

use crate::{
    app::{App, SIGNING},
    support::Workshop,
};

#[test]
#[ignore = "needs a browser driver"]
fn a_fault_of_the_second_target_is_what_differs() {
    let (healthy, broken) = (App::with("none"), App::with("sign-bounced"));
    let workshop = Workshop::new();
    workshop.write("checklists/signs.yaml", SIGNING).write(
        "shippass.yaml",
        &format!(
            "targets:\n  production: {{ url: \"{}\", kind: local }}\n  preview: {{ url: \"{}\", kind: local }}\napi: [/api/**]\n",
            healthy.url, broken.url
        ),
    );
    let ended = workshop.shippass(&[
        "compare",
        "--target",
        "production",
        "--target",
        "preview",
        "--format",
        "json",
        "--html",
        "differs.html",
    ]);
    let told: Value =
        serde_json::from_str(&ended.stdout).unwrap_or_else(|_| panic!("{}", ended.stderr));
    assert_eq!(ended.status, 1, "{}", ended.stderr);
    assert_eq!(
        (&told["a"]["target"], &told["b"]["target"]),
        (&"production".into(), &"preview".into())
    );
    let steps = told["checklists"][0]["steps"].as_array().expect("steps");
    let differ: Vec<_> = steps
        .iter()
        .filter(|step| step["differences"] != 0)
        .map(|step| &step["name"])
        .collect();
    assert_eq!(differ, ["Sign"], "{told:#}");
    let sign = steps
        .iter()
        .find(|step| step["name"] == "Sign")
        .expect("the step");
    assert_eq!(sign["new"][0]["detector"], "html-for-json");
    assert!(
        ended.stderr.contains("A  walks the target `production`"),
        "{}",
        ended.stderr
    );
    assert!(
        ended.stderr.contains("B  walks the target `preview`"),
        "{}",
        ended.stderr
    );
    let bundles = std::fs::read_dir(workshop.path().join("screenshots")).expect("bundles");
    assert_eq!(
        bundles.count(),
        2,
        "both are kept, and no history beside them"
    );
    assert!(workshop.path().join("differs.html").is_file());
}
