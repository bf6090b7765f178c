//! The walk on a real phone: a second door on the local network, for one phone, to the walk and to nothing else.
//!
//! The address that the terminal shows as a QR code holds a code behind its `#`, which no browser sends anywhere. The page
//! exchanges it once for a seat, kept in a cookie that no script reads: from then on no address holds a secret.

mod address;
mod photo;
mod seat;
mod told;

use std::{net::IpAddr, sync::Arc, time::Instant};

use axum::{
    Json, Router,
    body::to_bytes,
    extract::{Path, Request, State as Of},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
    routing::{get, post},
};
use serde::Deserialize;
use tokio::{
    net::TcpListener,
    sync::{Notify, Semaphore},
};

pub use address::own_address;

use super::{
    api::{self, answered, heard},
    desk::Review,
    error::{NotKept, ReviewError},
    gate::{Gate, Refusal},
    page::phone_page,
    server::{gated, listen},
    words::is_phone,
};
use crate::bundle::{Phone, Said};
use crate::detect::StepRef;
use photo::encode;
use seat::{NoSeat, PhoneSeat};
use told::{PhoneStep, PhoneWalk};

/// A photo as a phone's camera makes it.
const LARGEST_PHOTO: usize = 24 << 20;
const COOKIE: &str = "shippass-phone";

/// The phone's own way in.
pub(super) struct PhoneDoor {
    pub(super) listener: TcpListener,
    pub(super) router: Router,
    pub(super) url: String,
}

impl PhoneDoor {
    /// Opens it on any free port of an address of this machine.
    pub(super) async fn open(
        review: Arc<Review>,
        address: IpAddr,
        palette: &str,
        knocked: Arc<Notify>,
    ) -> Result<Self, ReviewError> {
        let (listener, address) = listen((address, 0).into()).await?;
        let seat = Arc::new(PhoneSeat::new(Instant::now())?);
        let url = format!("http://{address}/#{}", seat.code());
        let takes = &["application/json", "image/jpeg", "image/png"];
        let gate = Gate::new(address.to_string(), takes);
        let router = gated(gate, router(review, seat, knocked, palette));
        Ok(Self {
            listener,
            router,
            url,
        })
    }
}

struct OnPhone {
    review: Arc<Review>,
    seat: Arc<PhoneSeat>,
    /// One photo at a time is decoded.
    decoding: Semaphore,
}

type Walked = Of<Arc<OnPhone>>;

fn router(
    review: Arc<Review>,
    seat: Arc<PhoneSeat>,
    knocked: Arc<Notify>,
    palette: &str,
) -> Router {
    let pictures = Router::new()
        .route("/photos/{name}", get(api::photo))
        .with_state(Arc::clone(&review));
    let here = Arc::new(OnPhone {
        review,
        seat: Arc::clone(&seat),
        decoding: Semaphore::new(1),
    });
    let walk = Router::new()
        .route("/walk", get(walk))
        .route("/said", post(said))
        .route("/photographed/{checklist}/{step}", post(photographed))
        .with_state(Arc::clone(&here))
        .merge(pictures)
        .fallback(|| async { StatusCode::NOT_FOUND });
    let walk = walk.layer(axum::middleware::from_fn(
        move |request: Request, next: Next| {
            let is_seated = sits(&seat, request.headers());
            let knocked = Arc::clone(&knocked);
            async move {
                if !is_seated {
                    return Refusal::Token.into_response();
                }
                knocked.notify_one();
                next.run(request).await
            }
        },
    ));
    phone_page(palette)
        .route("/seat", post(sit).with_state(here))
        .nest("/api", walk)
}

/// Whether a request comes from the phone that took the seat.
fn sits(seat: &PhoneSeat, headers: &HeaderMap) -> bool {
    let lines = headers.get_all(header::COOKIE).iter();
    let pairs = lines.flat_map(|line| line.as_bytes().split(|byte| *byte == b';'));
    let prefix = [COOKIE.as_bytes(), b"="].concat();
    let mut shown = pairs.filter_map(|pair| pair.trim_ascii().strip_prefix(prefix.as_slice()));
    shown.any(|shown| seat.is_held_by(shown))
}

/// How a phone takes up the walk.
#[derive(Deserialize)]
struct Knock {
    code: String,
    phone: Phone,
}

async fn sit(Of(here): Walked, request: Request) -> Response {
    let knock: Knock = match heard(request.into_body()).await {
        Ok(knock) => knock,
        Err(refused) => return refused.into_response(),
    };
    if let Err(why) = is_phone(&knock.phone) {
        return api::told(StatusCode::UNPROCESSABLE_ENTITY, why);
    }
    let token = match here.seat.take(knock.code.as_bytes(), Instant::now()) {
        Ok(token) => token,
        Err(refused) => return refused.into_response(),
    };
    let cookie = format!(
        "{COOKIE}={}; Path=/api; HttpOnly; SameSite=Strict",
        token.expose()
    );
    let review = Arc::clone(&here.review);
    let kept = tokio::task::spawn_blocking(move || review.take_up(knock.phone)).await;
    if !matches!(kept, Ok(Ok(()))) {
        // Nothing was kept of this phone: its code is good once more.
        here.seat.leave();
        return answered(kept);
    }
    match HeaderValue::from_str(&cookie) {
        Ok(cookie) => ([(header::SET_COOKIE, cookie)], Json(())).into_response(),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

async fn walk(Of(here): Walked) -> Response {
    Json(PhoneWalk::new(&here.review)).into_response()
}

async fn said(Of(here): Walked, request: Request) -> Response {
    let said: Said = match heard(request.into_body()).await {
        Ok(said) => said,
        Err(refused) => return refused.into_response(),
    };
    // A photo is named by whoever encoded it, and never by who sends it.
    let is_photo = matches!(said, Said::Photographed { .. });
    let Some(at) = api::step_of(&said).cloned().filter(|_| !is_photo) else {
        let why = "that isn't said by a phone's page";
        return api::told(StatusCode::UNPROCESSABLE_ENTITY, why);
    };
    keep(here, at, move |review, _| review.keep_from_phone(said)).await
}

/// Takes a photo or a screenshot of a step: what isn't a picture isn't kept, and what is, is encoded anew.
async fn photographed(
    Of(here): Walked,
    Path((checklist, step)): Path<(usize, String)>,
    request: Request,
) -> Response {
    let at = StepRef { checklist, step };
    // One at a time, the reading included: memory is the machine's, and the phone's patience is longer.
    let Ok(_turn) = here.decoding.acquire().await else {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    let Ok(bytes) = to_bytes(request.into_body(), LARGEST_PHOTO).await else {
        return api::told(StatusCode::PAYLOAD_TOO_LARGE, "that photo is too large");
    };
    let here = Arc::clone(&here);
    keep(here, at, move |review, at| match encode(&bytes) {
        Some(jpeg) => review.photograph(at, &jpeg),
        None => Err(NotKept::Unfit("that is no photo: JPEG and PNG are taken")),
    })
    .await
}

/// Keeps something of a step, and answers how the step stands once it is on the disk.
async fn keep(
    here: Arc<OnPhone>,
    at: StepRef,
    keep: impl FnOnce(&Review, &StepRef) -> Result<(), NotKept> + Send + 'static,
) -> Response {
    let kept = tokio::task::spawn_blocking(move || {
        keep(&here.review, &at)?;
        Ok(PhoneStep::new(&here.review, &at))
    });
    answered(kept.await)
}

impl IntoResponse for NoSeat {
    fn into_response(self) -> Response {
        match self {
            Self::Wrong => Refusal::Token.into_response(),
            Self::Taken => api::told(
                StatusCode::CONFLICT,
                "another phone has taken up this walk with that code; for a new code, start the review again",
            ),
            Self::Expired => api::told(
                StatusCode::GONE,
                "that code is too old; for a new one, start the review again",
            ),
        }
    }
}
