"""The table of error bodies: status, code or body, and the class it is. A new code is a new row."""
# ruff: noqa: E501
# fmt: off

from __future__ import annotations

from typing import Any

from agentkit.errors import (
    AuthenticationError,
    BadRequestError,
    ContentRefusedError,
    ContextOverflowError,
    ModelGoneError,
    ModelNotFoundError,
    OverloadedError,
    QuotaExhaustedError,
    RateLimitedError,
    RunnerError,
    ServerError,
    TimedOutError,
)

ID = "1b4e28ba-2fa1-11d2-883f-0016d3cca427"


def inference(code: int, text: str) -> dict[str, Any]:
    return {"errors": [{"message": f"AiError: {text} ({ID})", "code": code}], "success": False, "result": {}, "messages": []}


def openai(text: str, **more: Any) -> dict[str, Any]:
    return {"error": {"message": text, **more}}


QUOTA = "AiError: you have used up your daily free allocation of 10,000 neurons, please upgrade"

CODES: list[tuple[int, int, str, type[RunnerError]]] = [
    (400, 3003, "Incomplete request", BadRequestError),
    (413, 3006, "Request is too large", BadRequestError),
    (408, 3007, "Request timeout", TimedOutError),
    (408, 3008, "Request was aborted", TimedOutError),
    (400, 3010, "too long", ContextOverflowError),
    (429, 3021, "rate limiting: inference request per min rate reached", RateLimitedError),
    (403, 3023, "Service unavailable for account", AuthenticationError),
    (400, 3030, '"auto" tool choice requires --enable-auto-tool-choice', BadRequestError),
    (400, 3030, "Prompt was flagged", ContentRefusedError),
    (429, 3036, "You have used up your daily free allocation of 10,000 neurons", QuotaExhaustedError),
    (400, 3039, "finetune missing files", BadRequestError),
    (429, 3040, "Capacity temporarily exceeded, please try again.", OverloadedError),
    (403, 3041, "not allowed", AuthenticationError),
    (404, 3042, "Invalid model id", ModelNotFoundError),
    (500, 3043, "internal server error", ServerError),
    (408, 3046, "AiError: Request timeout", TimedOutError),
    (503, 3050, "Max retries exhausted", OverloadedError),
    (429, 4006, QUOTA, QuotaExhaustedError),
    (500, 4007, "internal server error", ServerError),
    (400, 5004, "invalid data type", BadRequestError),
    (405, 5005, "Model does not support LoRA", BadRequestError),
    (400, 5006, "Bad input: Error: oneOf at '/' not met, 0 matches", BadRequestError),
    (400, 5007, "No such model @cf/microsoft/resnet-51 or task", ModelNotFoundError),
    (422, 5012, "payload invalid", BadRequestError),
    (403, 5016, "Model terms not agreed", AuthenticationError),
    (500, 5017, "configuration", BadRequestError),
    (403, 5018, "Ai: This account is not allowed to access X", AuthenticationError),
    (405, 5019, "deprecated SDK version", BadRequestError),
    (413, 5021, "The estimated number of input and maximum output tokens (42481) exceeded this model context window limit (32000).", ContextOverflowError),
    (400, 5023, "JSON Schema mode is not supported with stream mode", BadRequestError),
    (410, 5028, "Model has been deprecated: @cf/x was deprecated on 2026-05-30.", ModelGoneError),
    (403, 5035, "Model X is not available on the Workers Free plan", AuthenticationError),
    (400, 7000, "No route for that URI", AuthenticationError),
    (405, 7001, "GET not supported for requested URI.", BadRequestError),
    (404, 7003, "Could not route to /x, perhaps your object identifier is invalid?", AuthenticationError),
    (502, 7009, "Upstream service unavailable", OverloadedError),
    (400, 8001, "AiError: Invalid input", BadRequestError),
    (400, 8006, "forced tool call did not fit", BadRequestError),
    (400, 8007, 'AiError: {"object":"error","message":"prompt is NSFW","type":"BadRequestError","code":400}', ContentRefusedError),
    (401, 10000, "Authentication error", AuthenticationError),
    (403, 10000, "Authentication error", AuthenticationError),
    (403, 9109, "Unauthorized to access requested resource", AuthenticationError),
    (400, 9106, "Missing X-Auth-Key, X-Auth-Email or Authorization headers", AuthenticationError),
    (400, 6003, "Invalid request headers", AuthenticationError),
    (402, 2021, "no credits", QuotaExhaustedError),
    (429, 2045, "spend limit", QuotaExhaustedError),
    (429, 2003, "Rate limited", RateLimitedError),
    (401, 2009, "Unauthorized", AuthenticationError),
    (400, 2008, "model not found", ModelNotFoundError),
    (404, 7003, "model not found", ModelNotFoundError),
    (400, 99999, "JSON Mode couldn't be met", ServerError),
    (429, 99999, "something new", RateLimitedError),
    (400, 99999, "something new", BadRequestError),
    (500, 99999, "something new", ServerError),
]


SHAPES: dict[str, tuple[int, Any]] = {
    "1 inference": (429, inference(3040, "Capacity temporarily exceeded, please try again.")),
    "1 errors and success only": (429, {"errors": [{"message": "Capacity temporarily exceeded, please try again.", "code": 3040}], "success": False}),
    "2 edge": (429, {"result": None, "success": False, "errors": [{"code": 3040, "message": "Capacity temporarily exceeded, please try again."}], "messages": []}),
    "2 with a chain": (400, {"success": False, "errors": [{"code": 6003, "message": "Capacity temporarily exceeded, please try again.", "error_chain": [{"code": 3040, "message": "x"}]}]}),
    "3 binding": (429, {"name": "AiError", "internalCode": 3040, "httpCode": 429, "message": f"AiError: AiError: Capacity temporarily exceeded, please try again. ({ID})", "requestId": ID}),
    "4 gateway": (429, {"success": False, "result": [], "messages": [], "error": [{"code": 3040, "message": "Capacity temporarily exceeded, please try again."}], "name": "AiGatewayError", "httpCode": 429, "internalCode": 3040}),
    "5 openai": (429, openai(f"AiError: AiError: Capacity temporarily exceeded, please try again. ({ID})", code=3040)),
    "5 openai, code as text": (429, openai("Capacity temporarily exceeded, please try again.", code="3040")),
    "6 nested": (400, inference(3040, 'AiError: {"object":"error","message":"Capacity temporarily exceeded, please try again.","code":400}')),
    "6 nested twice": (400, inference(3040, 'AiError: {"error":{"message":"{\\"message\\":\\"Capacity temporarily exceeded, please try again.\\"}"}}')),
    "without errors": (429, {"code": 3040, "message": "Capacity temporarily exceeded, please try again."}),
    "in a list": (429, [openai("Capacity temporarily exceeded, please try again.", code=3040)]),
}


COMPATIBLE: list[tuple[int, Any, type[RunnerError]]] = [
    (400, openai("This model's maximum context length is 8192 tokens. However, your messages resulted in 10000 tokens.", code="context_length_exceeded"), ContextOverflowError),
    (401, openai("Incorrect API key provided: x", code="invalid_api_key"), AuthenticationError),
    (403, openai("Country not supported", code="unsupported_country_region_territory"), AuthenticationError),
    (404, openai("The model `x` does not exist or you do not have access to it.", code="model_not_found"), ModelNotFoundError),
    (404, {"object": "error", "message": "The model `x` does not exist.", "type": "NotFoundError", "param": None, "code": 404}, ModelNotFoundError),
    (404, openai('model "x" not found, try pulling it first', type="api_error"), ModelNotFoundError),
    (404, {"error": "model 'x' not found"}, ModelNotFoundError),
    (404, {"detail": "Not Found"}, BadRequestError),
    (400, {"error": "No models loaded. Please load a model in the developer page."}, ModelNotFoundError),
    (400, openai("The model `x` has been decommissioned.", code="model_decommissioned"), ModelGoneError),
    (429, openai("You exceeded your current quota, please check your plan.", code="insufficient_quota"), QuotaExhaustedError),
    (429, openai("Rate limit reached for x", code="rate_limit_exceeded"), RateLimitedError),
    (402, openai("Insufficient balance; top up", type="gateway_error", code=None), QuotaExhaustedError),
    (400, openai("blocked by the content filter", code="content_filter"), ContentRefusedError),
    (500, openai("The server had an error"), ServerError),
    (502, "<html><head><title>502 Bad Gateway</title></head></html>", ServerError),
    (503, openai("Loading model", type="unavailable_error", code=503), OverloadedError),
    (529, openai("Overloaded", type="overloaded_error"), OverloadedError),
    (409, openai("conflict"), OverloadedError),
    (400, openai("the request exceeds the available context size", type="exceed_context_size_error", n_prompt_tokens=5000, n_ctx=4096), ContextOverflowError),
    (422, {"detail": [{"loc": ["body"], "msg": "field required"}]}, BadRequestError),
    (410, "", ModelGoneError),
    (418, "teapot", BadRequestError),
    (599, "", ServerError),
]


OVERFLOWS: list[tuple[str, int | None, int]] = [
    ("The estimated number of input and maximum output tokens (42481) exceeded this model context window limit (32000).", 42481, 32000),
    ("This model's maximum context length is 24000 tokens. However, you requested 4096 output tokens and your prompt contains at least 19905 input tokens, for a total", 24001, 24000),
    ("This model's maximum context length is 8192 tokens. However, your messages resulted in 10000 tokens.", 10000, 8192),
    ("This model's maximum context length is 4097 tokens, however you requested 9000 tokens (8000 in your prompt; 1000 for the completion).", 9000, 4097),
    ("Requested token count exceeds the model's maximum context length of 262144 tokens. You requested a total of 300000 tokens: x", 300000, 262144),
    ("The input (33000 tokens) is longer than the model's context length (32768 tokens).", 33000, 32768),
    ("request (5000 tokens) exceeds the available context size (4096 tokens), try increasing it", 5000, 4096),
    ("prompt is too long: 200,000 tokens > 199,999 maximum", 200000, 199999),
    ("maximum context length of 4096", None, 4096),
]
