//! The server: which question goes where. A question that can't be answered is answered with why, never with silence.

use std::path::PathBuf;

use rmcp::{
    ErrorData, RoleServer, ServerHandler,
    model::{
        CallToolRequestParams, CallToolResponse, CallToolResult, Implementation, JsonObject,
        ListToolsResult, PaginatedRequestParams, ServerCapabilities, ServerConfig,
    },
    service::RequestContext,
};
use serde::de::DeserializeOwned;
use tokio::task::spawn_blocking;

use super::{
    asked::Nothing, bundles, checklists, place::Place, refusal::Refusal, runs::Runs, tools,
};

/// What answers.
pub(super) struct Server {
    place: Place,
    config: Option<PathBuf>,
    runs: Runs,
}

impl Server {
    pub(super) fn new(place: Place, config: Option<PathBuf>, runs: Runs) -> Self {
        Self {
            place,
            config,
            runs,
        }
    }

    async fn answer(
        &self,
        name: &str,
        arguments: JsonObject,
        context: &RequestContext<RoleServer>,
    ) -> Option<Result<CallToolResult, Refusal>> {
        let place = self.place.clone();
        Some(match name {
            tools::LIST_CHECKLISTS => {
                let config = self.config.clone();
                let list = move |_: Nothing| checklists::list(config.as_deref());
                reading(arguments, list).await
            }
            tools::RUN_CHECKLISTS => match parsed(arguments) {
                Ok(asked) => self.runs.run(asked, context).await,
                Err(refusal) => Err(refusal),
            },
            tools::LIST_FINDINGS => {
                reading(arguments, move |asked| bundles::findings(&place, asked)).await
            }
            tools::BRIEF => reading(arguments, move |asked| bundles::brief_of(&place, asked)).await,
            tools::STEP_PICTURE => {
                reading(arguments, move |asked| bundles::pictures_of(&place, asked)).await
            }
            tools::STEP_EXCHANGE => {
                reading(arguments, move |asked| bundles::exchange(&place, &asked)).await
            }
            tools::EXPLAIN_DETECTOR => reading(arguments, |asked| bundles::explain(&asked)).await,
            tools::COMPARE_BUNDLES => {
                reading(arguments, move |asked| bundles::compared(&place, &asked)).await
            }
            _ => return None,
        })
    }
}

/// Answers from the disk, on a thread that may wait for it.
async fn reading<A: DeserializeOwned + Send + 'static>(
    arguments: JsonObject,
    answer: impl FnOnce(A) -> Result<CallToolResult, Refusal> + Send + 'static,
) -> Result<CallToolResult, Refusal> {
    let asked = parsed(arguments)?;
    let answered = spawn_blocking(move || answer(asked)).await;
    answered.map_err(|error| Refusal::new(format!("error: that can't be answered: {error}")))?
}

fn parsed<A: DeserializeOwned>(arguments: JsonObject) -> Result<A, Refusal> {
    serde_json::from_value(arguments.into()).map_err(|error| {
        Refusal::new(format!(
            "error: {error}\nhelp: the tool's input schema says what it takes"
        ))
    })
}

impl ServerHandler for Server {
    fn get_info(&self) -> ServerConfig {
        ServerConfig::new(ServerCapabilities::builder().enable_tools().build())
            .with_server_info(Implementation::new("shippass", env!("CARGO_PKG_VERSION")))
            .with_instructions(tools::INSTRUCTIONS)
    }

    async fn list_tools(
        &self,
        _: Option<PaginatedRequestParams>,
        _: RequestContext<RoleServer>,
    ) -> Result<ListToolsResult, ErrorData> {
        Ok(ListToolsResult::with_all_items(tools::all()))
    }

    async fn call_tool(
        &self,
        request: CallToolRequestParams,
        context: RequestContext<RoleServer>,
    ) -> Result<CallToolResponse, ErrorData> {
        let arguments = request.arguments.unwrap_or_default();
        let Some(answer) = self.answer(&request.name, arguments, &context).await else {
            let name = request.name.escape_debug();
            return Err(ErrorData::invalid_params(
                format!("there is no tool `{name}`"),
                None,
            ));
        };
        Ok(answer.unwrap_or_else(Refusal::into_result).into())
    }
}
