"""Ask a model one question as work, or many of them as a batch."""

from datetime import timedelta

from hydra_lab.areas.batches import work
from hydra_lab.areas.batches.doing import question
from hydra_lab.areas.batches.doing.question import Answer, ToAsk
from hydra_lab.areas.batches.doing.running import NEED
from hydra_lab.areas.batches.doing.sources import ToBatch
from hydra_lab.kernel.context import Context
from hydra_lab.kernel.inference.openai import SCOPE
from hydra_lab.kernel.operation import Durable, Effect, operation

TRIES = 10  # of the whole; between them it waits, and what was answered is not asked again


@operation("inference.run", effect=Effect.READ, path="POST /inference/run", scope=SCOPE, needs=(NEED,), tool=True,
           common=True, durable=Durable(lane=work.LANE, timeout=timedelta(hours=1), budgets=("tokens",)))  # fmt: skip
def run(ctx: Context, input: ToAsk) -> Answer:
    """Ask a model one question and keep its answer.

    The question goes through the gateway, as any caller's does, so aliases, limits and swaps are the same. With a
    schema the answer is data of that shape, or the work fails.
    """
    if input.json_schema is not None:
        question.check_schema(input.json_schema)
    return ctx.step("ask", question.asked, ctx, input)


@operation("inference.batch", effect=Effect.WRITE, path="POST /inference/batch", scope=SCOPE, needs=(NEED,),
           durable=Durable(lane=work.LANE, attempts=TRIES, timeout=None, backoff=timedelta(seconds=30),
                           budgets=("tokens",)))  # fmt: skip
def batch(ctx: Context, input: ToBatch) -> work.Batched:
    """Ask models many questions: every line is checked first, each answer is kept when it comes, errors stop nothing.

    Requests come from an uploaded file, a file of other work, a text in OpenAI's batch format, or prompts with
    parameters. After a crash or a cancel it goes on with those that were not answered. Answers are in `results.jsonl`,
    what failed or was not asked in `errors.jsonl`.
    """
    checked = ctx.step("check", work.check, ctx, input)
    work.refuse_wrong(checked)
    ctx.step("ask", work.ask_all, ctx, input, checked.ends_at)
    ctx.step("write", work.write, ctx)
    return ctx.transaction("finish", work.finish, ctx, work.at_once(ctx, input))
