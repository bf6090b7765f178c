//! The faults that lie in the client, each as the small change of a file that somebody once merged.

use super::fault::Fault;

/// A change of one file.
pub(super) struct Patch {
    pub(super) fault: Fault,
    pub(super) file: &'static str,
    pub(super) healthy: &'static str,
    pub(super) broken: &'static str,
}

/// All of them.
pub(super) const PATCHES: &[Patch] = &[
    Patch {
        fault: Fault::EarlyReturn,
        file: "pages/quotes.js",
        healthy: r#"  const { data, error } = useApi("/api/quotes");
  const [status, setStatus] = useState("all");
"#,
        broken: r#"  const { data, error } = useApi("/api/quotes");
  if (!data && !error) return loading("Your quotes", { tab: "/quotes" });
  const [status, setStatus] = useState("all");
"#,
    },
    Patch {
        fault: Fault::DeadButton,
        file: "pages/automations.js",
        healthy: r#"
  add_tag: (steps) => [...steps, "add_tag"],
  start_sequence: (steps) => [...steps, "start_sequence"],
"#,
        broken: "\n",
    },
    Patch {
        fault: Fault::MoneyReformat,
        file: "money.js",
        healthy: r#"  // Tidied up when the person has finished typing.
  input.addEventListener("blur", () => {
"#,
        broken: r#"  // Always shown the way it will be kept.
  input.addEventListener("input", () => {
"#,
    },
    Patch {
        fault: Fault::ClippedTotal,
        file: "app.css",
        healthy: ".total-label { font-weight: 700; font-size: 18px; }\n",
        broken: "\
.total-label { font-weight: 700; font-size: 18px; }
.items { min-width: 420px; }
.total .total-amount { width: 88px; overflow: hidden; }
.total .total-info { width: 20px; height: 20px; margin: 0 -26px 0 6px; }
.total-info + .total-amount { position: relative; margin-left: 0; background: var(--card); }
",
    },
    Patch {
        fault: Fault::ViewportDesktop,
        file: "index.html",
        healthy: "content=\"width=device-width, initial-scale=1, minimum-scale=1\"",
        broken: "content=\"width=1024\"",
    },
    Patch {
        fault: Fault::ExtensionNoise,
        file: "index.html",
        healthy: "</body>",
        broken: r#"<script>
console.error("[Tidy Writer] could not read page settings: TypeError: Cannot read properties of undefined (reading 'grammar')");
setTimeout(() => { throw new TypeError("Cannot read properties of null (reading 'sendMessage')"); });
//# sourceURL=chrome-extension://abcdefghijklmnopabcdefghijklmnop/content.js
</script>
</body>"#,
    },
];
