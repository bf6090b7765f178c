//! A clean run of 12 steps, walked in the page by keys alone and signed: what of a minute is left for looking.

use std::{path::Path, process::Command, time::Instant};

use fantoccini::{
    Client,
    actions::{InputSource, KeyAction, KeyActions},
};
use serde_json::json;
use shippass::evidence::ChecklistRun;

use super::{
    Reviewed, SCALE, milliseconds,
    recorded::{answered, drawn, quotes, seal_at, step},
};

const STEPS: usize = 12;
/// Each third step asks something.
const ASKING: usize = 3;
const MINUTE: f64 = 60_000.0;

pub(super) async fn walk_and_sign(client: &Client, folder: &Path) {
    let bundle = folder.join("clean");
    let list = checklist();
    let (target, run) = ("https://preview.example", "01JD5M3Q8ZK4V7T2N9XW6R1YHB");
    seal_at(target, &bundle, run, std::slice::from_ref(&list), |id| {
        drawn(SCALE, super::rows_of(id))
    });
    client.goto("about:blank").await.unwrap();
    let clock = Instant::now();
    let reviewed = Reviewed::new(&bundle, &folder.join("none"));
    client.goto(&reviewed.url).await.unwrap();
    until(client, "ready", &list.steps[0].id).await;
    let opened = milliseconds(clock);

    let (mut walked, mut keys) = (0.0, 0);
    for (place, step) in list.steps.iter().enumerate() {
        // That is the person's time, not the machine's.
        until(client, "seen", &step.id).await;
        let clock = Instant::now();
        for key in step.confirm.iter().map(|_| ' ').chain(['c']) {
            press(client, key).await;
            keys += 1;
        }
        let next = list.steps.get(place + 1).map_or("end", |step| &step.id);
        until(client, "ready", next).await;
        walked += milliseconds(clock);
    }
    let heading = client.execute(
        "return document.querySelector('main h2').textContent",
        Vec::new(),
    );
    assert_eq!(heading.await.unwrap(), "Nothing missing");
    drop(reviewed);

    let signed = sign(folder);
    let machine = opened + walked + signed;
    let left = (MINUTE - machine) / 1_000.0;
    #[expect(clippy::cast_precision_loss, reason = "a dozen")]
    let each = left / STEPS as f64;
    println!("signing off a clean run of {STEPS} steps:");
    println!(
        "  keys: {keys} in the page, c for each step and Space for each question; then `shippass sign BUNDLE`, and y"
    );
    println!(
        "  the machine's own time: {machine:.0} ms (page opened {opened:.0}, words kept and next steps shown {walked:.0}, \
         signed {signed:.0})"
    );
    println!(
        "  left of a minute: {left:.1} s, {each:.1} s to look at each step (the page asks for 0.4 s at least)"
    );
}

fn checklist() -> ChecklistRun {
    let mut list = quotes().remove(0);
    list.steps = (1..=STEPS)
        .map(|number| {
            let mut step = step(&format!("{number:02}-step"), &format!("Step {number}"));
            if number % ASKING == 0 {
                step.confirm = vec!["The total reads $4,500.00".to_owned()];
            }
            let (id, path) = (format!("e{number}"), format!("/api/{number}"));
            let body = "{\"title\":\"three rooms painted\"}";
            step.exchanges = vec![answered(&id, "GET", &path, "application/json", body)];
            step
        })
        .collect();
    list
}

/// Until the page says of that step, or of the end, that it is so.
async fn until(client: &Client, what: &str, id: &str) {
    let script = "const [what, id, done] = arguments, main = document.getElementById('main');
        const look = () => main.dataset[what] === id && (requestAnimationFrame(() => setTimeout(done)), true);
        if (!look()) new MutationObserver((_, watch) => look() && watch.disconnect()).observe(main, { attributes: true });";
    let arguments = vec![json!(what), json!(id)];
    client.execute_async(script, arguments).await.unwrap();
}

async fn press(client: &Client, key: char) {
    let keys = KeyActions::new("keys".to_owned())
        .then(KeyAction::Down { value: key })
        .then(KeyAction::Up { value: key });
    client.perform_actions(keys).await.unwrap();
}

/// Signs with a new key; how long `shippass sign` took.
fn sign(folder: &Path) -> f64 {
    let made = Command::new("ssh-keygen")
        .args(["-q", "-t", "ed25519", "-N", "", "-f", "key"])
        .current_dir(folder)
        .status();
    assert!(made.unwrap().success());
    let clock = Instant::now();
    let signed = Command::new(env!("CARGO_BIN_EXE_shippass"))
        .args(["sign", "clean", "--yes", "--key", "key"])
        .args(["--signer", "ada@example.com"])
        .current_dir(folder)
        .output()
        .unwrap();
    let took = milliseconds(clock);
    let told = String::from_utf8_lossy(&signed.stderr);
    assert!(signed.status.success(), "{told}");
    took
}
