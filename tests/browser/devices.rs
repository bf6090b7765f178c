//! What a page sees of the device that was asked for.

use axum::{Router, routing::get};

use crate::support::{Site, Workshop, page};

const PAGE: &str = "<h1>Quotes</h1><label>Name <input style='font-size:14px'></label><p id=out></p><script>\
    out.textContent = [innerWidth, devicePixelRatio, navigator.maxTouchPoints > 0 ? 'finger' : 'mouse'].join(' ')</script>";

#[test]
#[ignore = "needs a browser driver"]
fn a_page_is_as_wide_as_the_device_that_is_asked_for_on_a_desk_too() {
    let site = Site::serve(Router::new().route("/", get(async || page(PAGE))));
    for (device, seen, statuses) in [
        ("laptop", "1280 1 mouse", ["clean"]),
        ("1440x900@2", "1440 2 mouse", ["clean"]),
        ("ipad", "820 2 finger", ["flagged"]),
        ("galaxy-s24", "360 3 finger", ["flagged"]),
    ] {
        let workshop = Workshop::new();
        let list = format!(
            "name: Quotes\nsteps:\n  - name: Look\n    do:\n      - visit: /\n    expect:\n      - see: {seen}\n"
        );
        workshop.write("list.yaml", &list);
        let arguments = [
            "run", "--url", &site.url, "--device", device, "--out", "out",
        ];
        let ended = workshop.shippass(&[&arguments[..], &["list.yaml"]].concat());
        assert_eq!(
            ended.statuses(),
            statuses,
            "{device}: {:#?}{}",
            ended.steps(),
            ended.stderr
        );
    }
}
