"""Why the public site takes in nothing: a sentence in both languages."""


class BundleError(Exception):
    """A bundle that cannot be loaded, with the sentence that says why and what to do, in Chinese and in English."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(f"{zh} {en}")
        self.zh = zh
        self.en = en
