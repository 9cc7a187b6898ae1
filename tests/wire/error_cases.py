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
    (400, 3011, "image too small, expected image at least 4x4", BadRequestError),
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
    (400, 2001, "Please configure AI Gateway", AuthenticationError),
    (400, 1001, "InvalidInput: prompt and messages are mutually exclusive", BadRequestError),
    (400, 6111, "Invalid format for Authorization header", AuthenticationError),
    (400, 99999, "JSON Mode couldn't be met", ServerError),
    (429, 99999, "something new", RateLimitedError),
    (400, 99999, "something new", BadRequestError),
    (500, 99999, "something new", ServerError),
]


SHAPES: dict[str, tuple[int, Any]] = {
    "1 inference (Q36)": (429, inference(3040, "Capacity temporarily exceeded, please try again.")),
    "1 errors and success only": (429, {"errors": [{"message": "Capacity temporarily exceeded, please try again.", "code": 3040}], "success": False}),
    "2 edge (Q36)": (429, {"result": None, "success": False, "errors": [{"code": 3040, "message": "Capacity temporarily exceeded, please try again."}], "messages": []}),
    "2 with a chain": (400, {"success": False, "errors": [{"code": 6003, "message": "Capacity temporarily exceeded, please try again.", "error_chain": [{"code": 3040, "message": "x"}]}]}),
    "3 binding (Q36, Q57)": (429, {"name": "AiError", "internalCode": 3040, "httpCode": 429, "message": f"AiError: AiError: Capacity temporarily exceeded, please try again. ({ID})", "requestId": ID}),
    "4 gateway (Q36)": (429, {"success": False, "result": [], "messages": [], "error": [{"code": 3040, "message": "Capacity temporarily exceeded, please try again."}], "name": "AiGatewayError", "httpCode": 429, "internalCode": 3040}),
    "5 openai (Q36)": (429, openai(f"AiError: AiError: Capacity temporarily exceeded, please try again. ({ID})", code=3040)),
    "5 openai, code as text": (429, openai("Capacity temporarily exceeded, please try again.", code="3040")),
    "6 nested (Q35, Q36)": (400, inference(3040, 'AiError: {"object":"error","message":"Capacity temporarily exceeded, please try again.","code":400}')),
    "6 nested twice (Q35)": (400, inference(3040, 'AiError: {"error":{"message":"{\\"message\\":\\"Capacity temporarily exceeded, please try again.\\"}"}}')),
    "without errors": (429, {"code": 3040, "message": "Capacity temporarily exceeded, please try again."}),
    "as an event": (429, 'data: {"error": {"message": "Capacity temporarily exceeded, please try again.", "code": 3040}}\n\n'),
    "as an event of the name error": (429, 'event: error\ndata: {"error": {"message": "Capacity temporarily exceeded, please try again.", "code": 3040}}\n\n'),
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


SITUATIONS: dict[str, tuple[int, Any, type[RunnerError]]] = {
    "content null, as the validator tells it (Q1)": (400, inference(5006, "Bad input: Error: oneOf at '/' not met, 0 matches: required properties at '/' are 'prompt', Type mismatch of '/messages/1/content', 'string' not in 'null'"), BadRequestError),
    "content in parts (Q2)": (400, inference(5006, "Bad input: Error: oneOf at '/' not met, 0 matches: Type mismatch of '/messages/0/content', 'array' not in 'string'"), BadRequestError),
    "prompt and messages (Q3)": (400, inference(5006, "Bad input: Error: oneOf at '/' not met, 2 matches"), BadRequestError),
    "an option that is null (Q4)": (400, inference(5006, "Bad input: Error: Type mismatch of '/max_tokens', 'integer' not in 'null'"), BadRequestError),
    "an option out of its range (Q6)": (400, inference(5006, "Bad input: Error: '/seed' must be >= 1"), BadRequestError),
    "response_format text (Q7)": (400, inference(5006, "Bad input: Error: enum text not in json_object,json_schema at '/response_format/type'"), BadRequestError),
    "a schema with stream (Q7)": (400, inference(5023, "JSON Schema mode is not supported with stream mode"), BadRequestError),
    "a template without that role (Q12)": (400, inference(8007, 'AiError: {"object":"error","message":"Conversation roles must alternate user/assistant/user/assistant/...","type":"BadRequestError","code":400}'), BadRequestError),
    "a flat tool (Q13)": (400, inference(8001, "AiError: Invalid input"), BadRequestError),
    "a model that cannot call (Q15)": (400, openai("registry.ollama.ai/library/gemma:2b does not support tools", type="api_error"), BadRequestError),
    "vLLM without a parser for calls (Q15)": (400, openai('"auto" tool choice requires --enable-auto-tool-choice and --tool-call-parser to be set', type="BadRequestError", code=400), BadRequestError),
    "a choice that does not fit (Q16)": (400, inference(8006, "AiError: forced tool call did not fit max_tokens"), BadRequestError),
    "arguments that are no object (Q32)": (400, inference(8001, 'AiError: {"object":"error","message":"Assistant tool call function.arguments must be a JSON object.","type":"BadRequest","code":400}'), BadRequestError),
    "429, per minute (Q34)": (429, inference(3021, "rate limiting: inference request per min rate reached"), RateLimitedError),
    "429, capacity (Q34)": (429, inference(3040, "Capacity temporarily exceeded, please try again."), OverloadedError),
    "429, the day, as documented (Q34)": (429, inference(3036, "You have used up your daily free allocation"), QuotaExhaustedError),
    "429, the day, as it is (Q34)": (429, inference(4006, QUOTA), QuotaExhaustedError),
    "429, the day, without a code (Q34)": (429, openai(QUOTA), QuotaExhaustedError),
    "429, a gateway (Q34, Q41)": (429, {"success": False, "error": [{"code": 2003, "message": "Rate limited"}], "internalCode": 2003, "httpCode": 429}, RateLimitedError),
    "429, a gateway's limit on money (Q34, Q41)": (429, {"success": False, "error": [{"code": 2045, "message": "Spend limit"}]}, QuotaExhaustedError),
    "429, unknown (Q34)": (429, "", RateLimitedError),
    "429, all requests to the API (Q34)": (429, {"success": False, "errors": [{"code": 971, "message": "Please wait and consider throttling your request speed"}]}, RateLimitedError),
    "context, with max_tokens (Q37)": (413, inference(5021, "The estimated number of input and maximum output tokens (42481) exceeded this model context window limit (32000)."), ContextOverflowError),
    "context, from upstream (Q37)": (400, inference(8007, 'AiError: {"object":"error","message":"Requested token count exceeds the model\'s maximum context length of 262144 tokens.","type":"BadRequestError","code":400}'), ContextOverflowError),
    "context, max_completion_tokens (Q37)": (400, openai("max_completion_tokens is too large: 99999"), ContextOverflowError),
    "a model that is gone (Q38)": (410, inference(5028, "Model has been deprecated: @cf/x was deprecated on 2026-05-30. See the model catalog for alternatives"), ModelGoneError),
    "no header (Q39)": (400, inference(9106, "Missing X-Auth-Key, X-Auth-Email or Authorization headers"), AuthenticationError),
    "a malformed token (Q39)": (400, {"success": False, "errors": [{"code": 6003, "message": "Invalid request headers", "error_chain": [{"code": 6111, "message": "Invalid format for Authorization header"}]}]}, AuthenticationError),
    "a wrong token (Q39)": (401, {"success": False, "errors": [{"code": 10000, "message": "Authentication error"}]}, AuthenticationError),
    "no permission (Q39)": (403, {"success": False, "errors": [{"code": 9109, "message": "Unauthorized to access requested resource"}]}, AuthenticationError),
    "a wrong account (Q39)": (404, {"result": None, "success": False, "errors": [{"code": 7003, "message": "Could not route to /client/v4/accounts/X/ai/run/@cf/m, perhaps your object identifier is invalid?"}, {"code": 7000, "message": "No route for that URI"}]}, AuthenticationError),
    "no such method (Q40)": (405, {"result": None, "success": False, "errors": [{"code": 7001, "message": "GET not supported for requested URI."}], "messages": []}, BadRequestError),
    "a timeout of theirs (Q42)": (408, inference(3046, "AiError: Request timeout"), TimedOutError),
    "retries of theirs (Q42)": (503, {"errors": [{"message": "AiError: Max retries exhausted", "code": 3050}], "success": False}, OverloadedError),
    "a page from the edge (Q42)": (522, "<!DOCTYPE html><html><head><title>522: Connection timed out</title></head></html>", ServerError),
    "an unknown code (Q42)": (500, inference(4711, "something else"), ServerError),
    "before the first token, as JSON (Q43)": (400, inference(5007, "No such model @cf/x or task"), ModelNotFoundError),
    "the channel of a harmony model": (400, openai(f"AiError: AiError: Unknown channel: call_tool ({ID})", code="invalid_prompt"), BadRequestError),
    "a level of effort that it has not (Q58)": (400, inference(8001, 'AiError: {"object":"error","message":"reasoning_effort must be one of low, medium, high","code":400}'), BadRequestError),
    "Ollama without /v1": (404, "404 page not found", BadRequestError),
    "LM Studio at a wrong path": (404, {"error": "Unexpected endpoint or method. (POST /chat/completions)"}, BadRequestError),
    "SGLang": (400, {"object": "error", "message": "The input (33000 tokens) is longer than the model's context length (32768 tokens).", "type": "BadRequestError", "param": None, "code": 400}, ContextOverflowError),
    "vLLM, an odd field": (422, {"detail": [{"type": "missing", "loc": ["body", "messages"], "msg": "Field required"}]}, BadRequestError),
}
"""What goes wrong in the quirks, as it comes."""


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

ERRORS: dict[str, tuple[int, Any, type[RunnerError]]] = {
    **{f"code {code} under {status}: {text[:30]}": (status, inference(code, text), kind) for status, code, text, kind in CODES},
    **{f"shape {name}": (status, body, OverloadedError) for name, (status, body) in SHAPES.items()},
    **{f"compatible {number}, {status}": (status, body, kind) for number, (status, body, kind) in enumerate(COMPATIBLE)},
    **SITUATIONS,
}
"""All rows, by name."""
