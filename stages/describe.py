"""Write the record of a timm or transformers model, to paste. Not a DVC stage."""

from stages.base.console import CommandLine, run_command


def main() -> None:
    parser = CommandLine(
        prog="python -m stages.describe",
        description="Print the record of a model: input, embedding, parameters, licence, where its "
        "weights are, paper, as far as the library states them. No weights are downloaded; the "
        "network is built without numbers, to count them.",
    )
    parser.add_argument(
        "model",
        help="timm:NAME; or transformers:NAME of a model whose config is in the Hugging Face "
        "cache, or transformers:FOLDER with a config.json",
    )
    model = parser.parse_args().model

    from stages.commands.families.describing import describe_model

    print("\n".join(describe_model(model)))


if __name__ == "__main__":
    run_command(main)
