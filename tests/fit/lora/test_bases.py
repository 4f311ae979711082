"""Bases of transformers: what is read, what is refused, and that texts are cut up as the library does it."""

import json
import pickle
from pathlib import Path

import numpy as np
import pytest

from wares.encoders.inputs import Tokeniser
from wares.errors import MissingExtra, SetupError

from .conftest import COLOURS, WORDS

torch = pytest.importorskip("torch", reason='the extra "torch" is not installed')
transformers = pytest.importorskip("transformers", reason='the extra "torch" is not installed')

from wares.fit.lora.bases import open_base  # noqa: E402

TEXTS = ["a red circle", "the BLUE thing", "black " * 20]


def opened(folder, environment):
    return open_base(f"file:{folder}", environment, print)


def as_torch_file(folder: Path, content) -> Path:
    """The folder with a torch file, made by ``content``, in the place of its safetensors."""
    weights = folder / "model.safetensors"
    content(folder / "pytorch_model.bin")
    weights.unlink()
    return folder


class Harmful:
    """A pickle that writes a file when it is read."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return (Path.write_text, (self.path, "run"))


@pytest.mark.parametrize("kind", ["clip", "siglip", "chinese_clip"])
def test_texts_become_the_numbers_that_the_library_makes_of_them(build, environment, tmp_path, kind):
    folder = build(kind)
    base = opened(folder, environment)
    for name, content in base.files.items():
        (tmp_path / name).write_bytes(content)
    theirs = transformers.PreTrainedTokenizerFast(
        tokenizer_file=str(folder / "tokenizer.json"), pad_token="[PAD]", model_max_length=8
    )
    padding = "longest" if base.masked else "max_length"
    expected = theirs([text.lower() for text in TEXTS], padding=padding, truncation=True)["input_ids"]
    np.testing.assert_array_equal(Tokeniser(tmp_path, masked=base.masked)(TEXTS)[0], expected)


def test_an_older_tokeniser_is_converted(build, environment, tmp_path):
    folder = build("chinese_clip")
    for name in ("tokenizer.json", "tokenizer_config.json"):
        (folder / name).unlink()
    vocabulary = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "红", "色", *COLOURS]
    (folder / "vocab.txt").write_text("\n".join(vocabulary), encoding="utf-8")
    (folder / "tokenizer_config.json").write_text(json.dumps({"tokenizer_class": "BertTokenizer"}))
    for name, content in opened(folder, environment).files.items():
        (tmp_path / name).write_bytes(content)
    numbers, _ = Tokeniser(tmp_path, masked=True)(["红色 Red"])
    assert [vocabulary[number] for number in numbers[0]] == ["[CLS]", "红", "色", "red", "[SEP]"]


def test_the_preparation_of_pictures_is_found_inside_the_file_of_the_processor_too(build, environment):
    folder = build()
    known = json.loads((folder / "preprocessor_config.json").read_text())
    (folder / "preprocessor_config.json").unlink()
    (folder / "processor_config.json").write_text(json.dumps({"image_processor": known}))
    assert json.loads(opened(folder, environment).files["preprocessor_config.json"]) == known


def test_a_torch_file_of_tensors_is_read(build, environment):
    folder = build()
    weights = opened(folder, environment).model.state_dict()
    as_torch_file(folder, lambda path: torch.save(weights, path))
    again = opened(folder, environment).model.state_dict()
    assert all(torch.equal(weights[name], again[name]) for name in weights)


@pytest.mark.parametrize("form", ["torch", "pickle"])
def test_a_pickle_that_is_a_program_is_refused_and_not_run(build, environment, tmp_path, form):
    harm = Harmful(tmp_path / "harm")
    dump = {"torch": lambda path: torch.save(harm, path), "pickle": lambda path: path.write_bytes(pickle.dumps(harm))}
    folder = as_torch_file(build(), dump[form])
    with pytest.raises(SetupError, match="tiny-clip") as error:
        opened(folder, environment)
    assert "\n" not in str(error.value)
    assert not (tmp_path / "harm").exists()


def test_code_of_a_repository_is_not_run(build, environment, tmp_path):
    folder = build()
    (folder / "modeling_own.py").write_text(f"open({str(tmp_path / 'harm')!r}, 'w')\nclass Own: ...\n")
    config = {"model_type": "own", "auto_map": {"AutoConfig": "modeling_own.Own", "AutoModel": "modeling_own.Own"}}
    (folder / "config.json").write_text(json.dumps(config))
    with pytest.raises(SetupError, match="tiny-clip"):
        opened(folder, environment)
    assert not (tmp_path / "harm").exists()


def test_a_base_that_lacks_weights_is_told(build, environment):
    from safetensors.torch import load_file, save_file

    folder = build()
    weights = load_file(folder / "model.safetensors")
    del weights["visual_projection.weight"]
    save_file(weights, folder / "model.safetensors", metadata={"format": "pt"})
    with pytest.raises(SetupError, match=r"lacks 1 weights of its model, such as visual_projection\.weight"):
        opened(folder, environment)


def test_a_model_of_one_tower_is_told(environment, tmp_path):
    sizes = {"hidden_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 16}
    transformers.BertModel(transformers.BertConfig(vocab_size=len(WORDS), **sizes)).save_pretrained(tmp_path)
    with pytest.raises(SetupError, match="BertModel, which has no towers"):
        opened(tmp_path, environment)


@pytest.mark.parametrize("name", ["my-clip", "https://host/model", "file:", "open_clip:"])
def test_a_location_of_another_form_is_told(environment, name):
    with pytest.raises(SetupError, match="names no base; write"):
        open_base(name, environment, print)


def test_without_open_clip_the_pip_line_is_told(environment):
    try:
        import open_clip  # noqa: F401
    except ModuleNotFoundError:
        with pytest.raises(MissingExtra, match=r'pip install "wares\[torch\]"'):
            open_base("open_clip:ViT-B-32/openai", environment, print)
    else:
        pytest.skip("open_clip is installed")
