//! What a page sees of the device that was asked for.

use axum::{Router, routing::get};

use crate::support::{Site, Workshop, page};

// As menus of desktop apps do it, what is chosen is what the pointer moved over before it was let go.
const PAGE: &str = "<h1>Quotes</h1><label>Name <input style='font-size:14px'></label><p id=out></p>\
    <button style='padding:12px' id=menu>Choose</button><p id=how></p><script>\
    out.textContent = [innerWidth, devicePixelRatio, navigator.maxTouchPoints > 0 ? 'finger' : 'mouse'].join(' ');\
    let over = ''; menu.onpointermove = () => { over = ', moved over' };\
    menu.onpointerup = (event) => { how.textContent = `chosen by ${event.pointerType}${over}` }</script>";

#[test]
#[ignore = "needs a browser driver"]
fn a_page_is_as_wide_as_the_device_that_is_asked_for_on_a_desk_too() {
    let site = Site::serve(Router::new().route("/", get(async || page(PAGE))));
    for (device, seen, chosen, statuses) in [
        ("laptop", "1280 1 mouse", "mouse, moved over", ["clean"]),
        ("1440x900@2", "1440 2 mouse", "mouse, moved over", ["clean"]),
        ("ipad", "820 2 finger", "touch", ["flagged"]),
        ("galaxy-s24", "360 3 finger", "touch", ["flagged"]),
    ] {
        let workshop = Workshop::new();
        let list = format!(
            "name: Quotes\nsteps:\n  - name: Look\n    do:\n      - visit: /\n      - tap: Choose\n    expect:\n      - see: {seen}\n\
             \x20     - see: chosen by {chosen}\n"
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
