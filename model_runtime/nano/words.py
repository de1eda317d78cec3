"""The words of spoken inspection notes, English and Japanese: what a phrase means and how it is written and read.

A Japanese entry is (written, reading). The written form is the house spelling of kensa-nano's transcripts: words of the
field as a factory writes them, everything else in hiragana. The reading is hiragana, for engines that know no kanji.
"""

EN_DEFECTS: dict[str, tuple[str, ...]] = {
    "scratch": ("scratch", "scratches", "scratch mark", "score line", "scuff"),
    "crack": ("crack", "hairline crack", "cracks", "fracture"),
    "dent": ("dent", "dents", "ding", "impact mark"),
    "stain": ("stain", "dirt", "oil stain", "discoloration", "smear"),
    "hole": ("hole", "pinhole", "blowhole", "pit"),
    "chip": ("chip", "chipped edge", "chipping", "broken edge"),
    "foreign": ("foreign matter", "foreign object", "debris", "dust", "fiber"),
    "missing": ("missing part", "missing screw", "missing component", "missing piece"),
    "deformation": ("deformation", "bend", "warping", "bent lead"),
    "burr": ("burr", "burrs", "flash"),
    "rust": ("rust", "rust spot", "corrosion"),
}
EN_PLACES: dict[str, tuple[str, ...]] = {
    "upper left": ("upper left", "top left corner", "upper left corner"),
    "upper right": ("upper right", "top right corner", "upper right corner"),
    "lower left": ("lower left", "bottom left corner", "lower left corner"),
    "lower right": ("lower right", "bottom right corner", "lower right corner"),
    "left": ("left edge", "left side", "left"),
    "right": ("right edge", "right side", "right"),
    "top": ("top edge", "upper edge", "top"),
    "bottom": ("bottom edge", "lower edge", "bottom"),
    "center": ("center", "middle", "central area"),
}
EN_SIZES = ("small", "large", "deep", "shallow", "slight", "severe", "long", "thin", "tiny", "big", "clear", "faint")
EN_NG = (
    "n g",
    "no good",
    "not okay",
    "not good",
    "reject",
    "reject it",
    "this is bad",
    "this one fails",
    "defective",
    "it is n g",
    "this is a reject",
    "scrap it",
    "cannot accept this",
)
EN_OK = (
    "okay",
    "it is okay",
    "this is okay",
    "good",
    "looks good",
    "pass",
    "no problem",
    "no defects",
    "accept",
    "good part",
    "all good",
    "no damage found",
    "everything is fine",
    "nothing wrong",
    "accepted",
)
EN_NEUTRAL = (
    "first piece after the tool change",
    "please check the {place}",
    "not sure about the {place}",
    "sample from the morning shift",
    "taken under the second lamp",
    "photo one of two",
    "next unit",
    "operator change",
    "i will take another photo",
    "station {digit}",
    "lot {digits}",
    "serial {digits}",
    "part number {code}",
    "line {digit} second shift",
    "checking the {place} now",
    "the camera was moved",
)
EN_FILLERS = ("uh", "um", "well", "so", "ah", "okay so", "let me see")
EN_DIGITS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
EN_LETTERS = tuple("abcdefghijklmnopqrstuvwxyz")
EN_TENS = (
    "ten",
    "eleven",
    "twelve",
    "fifteen",
    "twenty",
    "thirty",
    "forty",
    "fifty",
    "sixty",
    "ninety",
    "hundred",
    "thousand",
)

Reading = tuple[str, str]
JA_DEFECTS: dict[str, tuple[Reading, ...]] = {
    "scratch": (("傷", "きず"), ("擦り傷", "すりきず"), ("引っかき傷", "ひっかききず"), ("線傷", "せんきず")),
    "crack": (
        ("割れ", "われ"),
        ("亀裂", "きれつ"),
        ("ひび", "ひび"),
        ("クラック", "くらっく"),
        ("ひび割れ", "ひびわれ"),
    ),
    "dent": (("打痕", "だこん"), ("へこみ", "へこみ"), ("凹み", "へこみ")),
    "stain": (("汚れ", "よごれ"), ("シミ", "しみ"), ("変色", "へんしょく"), ("油汚れ", "あぶらよごれ")),
    "hole": (("穴", "あな"), ("ピンホール", "ぴんほーる"), ("巣", "す"), ("気泡", "きほう")),
    "chip": (("欠け", "かけ"), ("欠損", "けっそん"), ("カケ", "かけ")),
    "foreign": (("異物", "いぶつ"), ("ゴミ", "ごみ"), ("異物付着", "いぶつふちゃく"), ("ほこり", "ほこり")),
    "missing": (("欠品", "けっぴん"), ("部品抜け", "ぶひんぬけ"), ("ネジ抜け", "ねじぬけ"), ("部品なし", "ぶひんなし")),
    "deformation": (("変形", "へんけい"), ("曲がり", "まがり"), ("反り", "そり"), ("歪み", "ゆがみ")),
    "burr": (("バリ", "ばり"),),
    "rust": (("錆", "さび"),),
}
# one spelling a reading, so that a transcript can be right: the second spelling of a reading is dropped here
JA_DEFECTS["dent"] = JA_DEFECTS["dent"][:2]
JA_DEFECTS["chip"] = JA_DEFECTS["chip"][:2]
JA_PLACES: dict[str, tuple[Reading, ...]] = {
    "upper left": (("左上", "ひだりうえ"),),
    "upper right": (("右上", "みぎうえ"),),
    "lower left": (("左下", "ひだりした"),),
    "lower right": (("右下", "みぎした"),),
    "left": (("左端", "ひだりはし"), ("左側", "ひだりがわ"), ("左", "ひだり")),
    "right": (("右端", "みぎはし"), ("右側", "みぎがわ"), ("右", "みぎ")),
    "top": (("上端", "じょうたん"), ("上側", "うえがわ"), ("上", "うえ"), ("上部", "じょうぶ")),
    "bottom": (("下端", "かたん"), ("下側", "したがわ"), ("下", "した"), ("下部", "かぶ")),
    "center": (("中央", "ちゅうおう"), ("真ん中", "まんなか"), ("中心", "ちゅうしん")),
}
JA_SIZES: tuple[Reading, ...] = (
    ("小さい", "ちいさい"),
    ("大きい", "おおきい"),
    ("大きな", "おおきな"),
    ("小さな", "ちいさな"),
    ("深い", "ふかい"),
    ("浅い", "あさい"),
    ("長い", "ながい"),
    ("細い", "ほそい"),
    ("軽い", "かるい"),
    ("ひどい", "ひどい"),
    ("薄い", "うすい"),
    ("目立つ", "めだつ"),
)
JA_NG: tuple[Reading, ...] = (
    ("不良です", "ふりょうです"),
    ("不良", "ふりょう"),
    ("不良品です", "ふりょうひんです"),
    ("NGです", "えぬじーです"),
    ("NG", "えぬじー"),
    ("だめです", "だめです"),
    ("不合格です", "ふごうかくです"),
    ("不合格", "ふごうかく"),
    ("使えません", "つかえません"),
    ("廃棄します", "はいきします"),
)
JA_OK: tuple[Reading, ...] = (
    ("良品です", "りょうひんです"),
    ("良品", "りょうひん"),
    ("OKです", "おーけーです"),
    ("OK", "おーけー"),
    ("問題ありません", "もんだいありません"),
    ("問題なし", "もんだいなし"),
    ("異常なし", "いじょうなし"),
    ("異常ありません", "いじょうありません"),
    ("合格です", "ごうかくです"),
    ("合格", "ごうかく"),
    ("大丈夫です", "だいじょうぶです"),
    ("きれいです", "きれいです"),
)
JA_NEUTRAL: tuple[Reading, ...] = (
    ("段取り替え後の最初です", "だんどりがえごのさいしょです"),
    ("{place}を確認してください", "{place}をかくにんしてください"),
    ("{place}が気になります", "{place}がきになります"),
    ("次の製品です", "つぎのせいひんです"),
    ("もう一枚撮ります", "もういちまいとります"),
    ("ロット{digits}", "ろっと{digits}"),
    ("製造番号{digits}", "せいぞうばんごう{digits}"),
    ("品番{digits}", "ひんばん{digits}"),
    ("{digit}番ラインです", "{digit}ばんらいんです"),
    ("確認をお願いします", "かくにんをおねがいします"),
    ("検査を始めます", "けんさをはじめます"),
    ("照明を変えました", "しょうめいをかえました"),
)
JA_FILLERS: tuple[Reading, ...] = (
    ("えーと", "えーと"),
    ("あの", "あの"),
    ("えー", "えー"),
    ("ちょっと", "ちょっと"),
    ("これは", "これは"),
)
JA_DIGITS: tuple[Reading, ...] = (
    ("0", "ぜろ"),
    ("1", "いち"),
    ("2", "に"),
    ("3", "さん"),
    ("4", "よん"),
    ("5", "ご"),
    ("6", "ろく"),
    ("7", "なな"),
    ("8", "はち"),
    ("9", "きゅう"),
)
