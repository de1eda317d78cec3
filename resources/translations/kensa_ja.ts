<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="ja_JP" sourcelanguage="en">
    <context>
        <name>kensa</name>
        <message>
            <source>A golden photo needs a photo to compare; add one or leave it out.</source>
            <translation>良品見本には比べる写真が必要です。写真を加えるか、良品見本を外してください。</translation>
        </message>
        <message>
            <source>A photo can be dropped here at any time.</source>
            <translation>写真はいつでもここにドロップできます。</translation>
        </message>
        <message>
            <source>All files</source>
            <translation>すべてのファイル</translation>
        </message>
        <message>
            <source>All verdicts</source>
            <translation>すべての判定</translation>
        </message>
        <message>
            <source>Another program holds the records; close it and try again.</source>
            <translation>ほかのプログラムが記録を使用中です。それを終了してからやり直してください。</translation>
        </message>
        <message>
            <source>Any key closes this page.</source>
            <translation>どのキーでも閉じます。</translation>
        </message>
        <message>
            <source>As many as the computer has</source>
            <translation>コア数に合わせる</translation>
        </message>
        <message>
            <source>As the system</source>
            <translation>システムに合わせる</translation>
        </message>
        <message>
            <source>Back to the table</source>
            <translation>一覧へ戻る</translation>
        </message>
        <message>
            <source>Cancel</source>
            <translation>キャンセル</translation>
        </message>
        <message>
            <source>Check its cable; it is opened again by itself.</source>
            <translation>ケーブルを確認してください。自動的に再接続します。</translation>
        </message>
        <message>
            <source>Choose a record in the table to see all of it.</source>
            <translation>一覧から記録を選ぶと、すべての内容が表示されます。</translation>
        </message>
        <message>
            <source>Clear</source>
            <translation>クリア</translation>
        </message>
        <message>
            <source>Close</source>
            <translation>閉じる</translation>
        </message>
        <message>
            <source>Could not be judged</source>
            <translation>判定できません</translation>
        </message>
        <message>
            <source>Ctrl+O opens one, or drop a file. F3 records a note.</source>
            <translation>Ctrl+O で開くか、ここへドロップ。F3 で音声メモ。</translation>
        </message>
        <message>
            <source>Dark</source>
            <translation>暗い</translation>
        </message>
        <message>
            <source>Defect</source>
            <translation>欠点分類</translation>
        </message>
        <message>
            <source>Details</source>
            <translation>詳細</translation>
        </message>
        <message>
            <source>Discard note</source>
            <translation>メモを消す</translation>
        </message>
        <message>
            <source>Drop golden</source>
            <translation>見本を外す</translation>
        </message>
        <message>
            <source>Enter judges by the voice note alone.</source>
            <translation>Enter で、音声メモだけで判定します。</translation>
        </message>
        <message>
            <source>Enter judges. F3 adds a voice note.</source>
            <translation>Enter で判定。F3 で音声メモを追加。</translation>
        </message>
        <message>
            <source>Everywhere</source>
            <translation>共通</translation>
        </message>
        <message>
            <source>F2 takes it. A file can be dropped on the picture.</source>
            <translation>F2 で撮影。ファイルのドロップもできます。</translation>
        </message>
        <message>
            <source>Golden</source>
            <translation>良品見本</translation>
        </message>
        <message>
            <source>Golden photo</source>
            <translation>良品見本</translation>
        </message>
        <message>
            <source>Heard</source>
            <translation>聞き取り</translation>
        </message>
        <message>
            <source>Heard in the voice note</source>
            <translation>音声メモの聞き取り</translation>
        </message>
        <message>
            <source>Help</source>
            <translation>ヘルプ</translation>
        </message>
        <message>
            <source>History</source>
            <translation>履歴</translation>
        </message>
        <message>
            <source>INCONCLUSIVE</source>
            <translation>要確認</translation>
        </message>
        <message>
            <source>Inspect</source>
            <translation>検査</translation>
        </message>
        <message>
            <source>It is judged at the next start of the program.</source>
            <translation>次にプログラムを起動したときに判定します。</translation>
        </message>
        <message>
            <source>Judge</source>
            <translation>判定</translation>
        </message>
        <message>
            <source>Judge a unit on the Inspect page: Ctrl+1.</source>
            <translation>検査画面 (Ctrl+1) で判定すると、ここに並びます。</translation>
        </message>
        <message>
            <source>Judge, or go on to the next unit</source>
            <translation>判定、または次の製品へ</translation>
        </message>
        <message>
            <source>Judged as soon as the model is loaded. Go on: Enter or F2.</source>
            <translation>モデルの準備ができ次第、判定します。Enter か F2 で次へ。</translation>
        </message>
        <message>
            <source>Judging …</source>
            <translation>判定中…</translation>
        </message>
        <message>
            <source>Keeping …</source>
            <translation>保存中…</translation>
        </message>
        <message>
            <source>Kensa</source>
            <translation>検査 Kensa</translation>
        </message>
        <message>
            <source>Kept</source>
            <translation>保存しました</translation>
        </message>
        <message>
            <source>Kept, not judged</source>
            <translation>保存済み・未判定</translation>
        </message>
        <message>
            <source>Keys</source>
            <translation>キー操作</translation>
        </message>
        <message>
            <source>Light</source>
            <translation>明るい</translation>
        </message>
        <message>
            <source>Live</source>
            <translation>ライブ</translation>
        </message>
        <message>
            <source>Loading the model</source>
            <translation>モデルを読み込み中</translation>
        </message>
        <message>
            <source>Lot</source>
            <translation>ロット</translation>
        </message>
        <message>
            <source>NG</source>
            <translation>NG 不良</translation>
        </message>
        <message>
            <source>Next unit</source>
            <translation>次の製品</translation>
        </message>
        <message>
            <source>No camera</source>
            <translation>カメラがありません</translation>
        </message>
        <message>
            <source>No camera found</source>
            <translation>カメラが見つかりません</translation>
        </message>
        <message>
            <source>No defect found</source>
            <translation>欠点なし</translation>
        </message>
        <message>
            <source>No permission for the file or folder; check who may read and write it.</source>
            <translation>ファイルまたはフォルダーの権限がありません。読み書きの権限を確認してください。</translation>
        </message>
        <message>
            <source>No photo</source>
            <translation>写真なし</translation>
        </message>
        <message>
            <source>No problems</source>
            <translation>問題はありません</translation>
        </message>
        <message>
            <source>No records yet</source>
            <translation>記録はまだありません</translation>
        </message>
        <message>
            <source>Not judged yet.</source>
            <translation>まだ判定していません。</translation>
        </message>
        <message>
            <source>Nothing chosen</source>
            <translation>選択されていません</translation>
        </message>
        <message>
            <source>Nothing found</source>
            <translation>見つかりません</translation>
        </message>
        <message>
            <source>Nothing went wrong since the start.</source>
            <translation>起動してから問題は起きていません。</translation>
        </message>
        <message>
            <source>OK</source>
            <translation>OK 良品</translation>
        </message>
        <message>
            <source>Open a photo, or drop one here. F2 looks for the camera again.</source>
            <translation>写真を開くか、ここへドロップしてください。F2 でカメラを探し直します。</translation>
        </message>
        <message>
            <source>Open photo</source>
            <translation>写真を開く</translation>
        </message>
        <message>
            <source>Open sound file</source>
            <translation>音声ファイルを開く</translation>
        </message>
        <message>
            <source>Opening the camera …</source>
            <translation>カメラを開いています…</translation>
        </message>
        <message>
            <source>Opening the records</source>
            <translation>記録を開いています</translation>
        </message>
        <message>
            <source>P(NG)</source>
            <translation>不良確率</translation>
        </message>
        <message>
            <source>Part</source>
            <translation>品番</translation>
        </message>
        <message>
            <source>Part, lot, serial number</source>
            <translation>品番・ロット・製造番号</translation>
        </message>
        <message>
            <source>Photo</source>
            <translation>写真</translation>
        </message>
        <message>
            <source>Photo and voice note are too long for the model together; use a smaller photo.</source>
            <translation>写真と音声メモを合わせると長すぎます。写真を小さくしてください。</translation>
        </message>
        <message>
            <source>Photos</source>
            <translation>写真</translation>
        </message>
        <message>
            <source>Place</source>
            <translation>位置</translation>
        </message>
        <message>
            <source>Play note</source>
            <translation>メモを再生</translation>
        </message>
        <message>
            <source>Probability of NG, with the two thresholds</source>
            <translation>不良確率と二つのしきい値</translation>
        </message>
        <message>
            <source>Probability of NG: {percent} %</source>
            <translation>不良確率: {percent} %</translation>
        </message>
        <message>
            <source>Problems</source>
            <translation>問題</translation>
        </message>
        <message>
            <source>Quit</source>
            <translation>終了</translation>
        </message>
        <message>
            <source>Ready</source>
            <translation>準備完了</translation>
        </message>
        <message>
            <source>Ready for a photo</source>
            <translation>写真をどうぞ</translation>
        </message>
        <message>
            <source>Ready to judge</source>
            <translation>判定できます</translation>
        </message>
        <message>
            <source>Record</source>
            <translation>録音</translation>
        </message>
        <message>
            <source>Save</source>
            <translation>保存</translation>
        </message>
        <message>
            <source>Search</source>
            <translation>検索</translation>
        </message>
        <message>
            <source>Search: part, lot, serial, defect, words heard   (Ctrl+F)</source>
            <translation>検索: 品番・ロット・製造番号・欠点・聞き取り   (Ctrl+F)</translation>
        </message>
        <message>
            <source>Serial</source>
            <translation>製造番号</translation>
        </message>
        <message>
            <source>Serial number</source>
            <translation>製造番号</translation>
        </message>
        <message>
            <source>Settings</source>
            <translation>設定</translation>
        </message>
        <message>
            <source>Severity</source>
            <translation>程度</translation>
        </message>
        <message>
            <source>Something went wrong inside the program; the details were written to the log. You can go on.</source>
            <translation>プログラム内部で問題が起きました。詳細はログに記録しました。作業は続けられます。</translation>
        </message>
        <message>
            <source>Sound files</source>
            <translation>音声ファイル</translation>
        </message>
        <message>
            <source>Sound needs the PortAudio library; install it, or use sound files.</source>
            <translation>音声には PortAudio ライブラリが必要です。導入するか、音声ファイルを使ってください。</translation>
        </message>
        <message>
            <source>Starting</source>
            <translation>起動中</translation>
        </message>
        <message>
            <source>Stop</source>
            <translation>停止</translation>
        </message>
        <message>
            <source>Take photo</source>
            <translation>撮影</translation>
        </message>
        <message>
            <source>Testing the model</source>
            <translation>モデルの自己診断中</translation>
        </message>
        <message>
            <source>The adapter cannot be used with this model; choose another.</source>
            <translation>このモデルではアダプタを使えません。別のアダプタを選んでください。</translation>
        </message>
        <message>
            <source>The camera gives no picture; reconnect it, or use files.</source>
            <translation>カメラから画像が来ません。接続し直すか、ファイルを使ってください。</translation>
        </message>
        <message>
            <source>The camera has stopped</source>
            <translation>カメラが止まりました</translation>
        </message>
        <message>
            <source>The camera has stopped; check its cable, then take the photo again.</source>
            <translation>カメラが止まりました。ケーブルを確認して、撮り直してください。</translation>
        </message>
        <message>
            <source>The camera's picture cannot be kept as a photo; use another camera.</source>
            <translation>カメラの画像を写真として保存できません。別のカメラを使ってください。</translation>
        </message>
        <message>
            <source>The disk is full; free some space and try again.</source>
            <translation>ディスクがいっぱいです。空きを作ってからやり直してください。</translation>
        </message>
        <message>
            <source>The disk refused to read or write; check the disk and its space.</source>
            <translation>ディスクの読み書きに失敗しました。ディスクと空き容量を確認してください。</translation>
        </message>
        <message>
            <source>The file cannot be used; check the disk and the path.</source>
            <translation>ファイルを使えません。ディスクと場所を確認してください。</translation>
        </message>
        <message>
            <source>The file does not exist; check the name.</source>
            <translation>ファイルがありません。名前を確認してください。</translation>
        </message>
        <message>
            <source>The file of parts is not valid; correct it.</source>
            <translation>品番ファイルが正しくありません。修正してください。</translation>
        </message>
        <message>
            <source>The model failed its self-test; install it again.</source>
            <translation>モデルの自己診断に失敗しました。モデルを入れ直してください。</translation>
        </message>
        <message>
            <source>The model is not loaded; the unit is kept and will be judged at the next start.</source>
            <translation>モデルが読み込まれていません。製品は保存され、次の起動時に判定します。</translation>
        </message>
        <message>
            <source>The model is not ready</source>
            <translation>モデルを使えません</translation>
        </message>
        <message>
            <source>The model's files are damaged or incomplete; install the model again.</source>
            <translation>モデルのファイルが壊れているか足りません。モデルを入れ直してください。</translation>
        </message>
        <message>
            <source>The next unit can be begun: Enter or F2.</source>
            <translation>Enter か F2 で次の製品を始められます。</translation>
        </message>
        <message>
            <source>The number of threads for the model is not valid; use 1 to 256.</source>
            <translation>モデルのスレッド数が正しくありません。1～256 にしてください。</translation>
        </message>
        <message>
            <source>The part is not known; choose one from the list.</source>
            <translation>その品番は登録されていません。一覧から選んでください。</translation>
        </message>
        <message>
            <source>The path lies below a file, not a folder; check it.</source>
            <translation>場所がフォルダーではなくファイルの下にあります。確認してください。</translation>
        </message>
        <message>
            <source>The photo cannot be read; check the disk and the path.</source>
            <translation>写真を読み込めません。ディスクと場所を確認してください。</translation>
        </message>
        <message>
            <source>The photo does not exist; check the name.</source>
            <translation>写真がありません。名前を確認してください。</translation>
        </message>
        <message>
            <source>The photo has too few pixels to see anything; take a larger one.</source>
            <translation>写真が小さすぎて判定できません。大きく撮り直してください。</translation>
        </message>
        <message>
            <source>The photo is damaged or cut off; take or copy it again.</source>
            <translation>写真が壊れているか途中で切れています。撮り直すか、コピーし直してください。</translation>
        </message>
        <message>
            <source>The photo is too large; give a smaller one.</source>
            <translation>写真が大きすぎます。小さい写真を使ってください。</translation>
        </message>
        <message>
            <source>The photo is too long and thin; cut it.</source>
            <translation>写真が細長すぎます。切り取ってください。</translation>
        </message>
        <message>
            <source>The photo's file is empty; take or copy it again.</source>
            <translation>写真のファイルが空です。撮り直すか、コピーし直してください。</translation>
        </message>
        <message>
            <source>The records are damaged; put them aside and restore a backup.</source>
            <translation>記録が壊れています。退避してバックアップから復元してください。</translation>
        </message>
        <message>
            <source>The records are not open; see what the program says at the top.</source>
            <translation>記録が開いていません。画面上部の表示を確認してください。</translation>
        </message>
        <message>
            <source>The records were written by a newer Kensa; update the program.</source>
            <translation>記録は新しい版の Kensa で書かれています。プログラムを更新してください。</translation>
        </message>
        <message>
            <source>The unit is judged by its voice note alone.</source>
            <translation>音声メモだけで判定します。</translation>
        </message>
        <message>
            <source>The voice note cannot be read; check the disk and the path.</source>
            <translation>音声メモを読み込めません。ディスクと場所を確認してください。</translation>
        </message>
        <message>
            <source>The voice note does not exist; check the name.</source>
            <translation>音声メモがありません。名前を確認してください。</translation>
        </message>
        <message>
            <source>The voice note is damaged; record or copy it again.</source>
            <translation>音声メモが壊れています。録音し直すか、コピーし直してください。</translation>
        </message>
        <message>
            <source>The voice note is longer than 40 seconds; shorten it.</source>
            <translation>音声メモが 40 秒を超えています。短くしてください。</translation>
        </message>
        <message>
            <source>The voice note is shorter than 0.1 seconds; record it again.</source>
            <translation>音声メモが 0.1 秒より短いです。録音し直してください。</translation>
        </message>
        <message>
            <source>The voice note is still being recorded; F3 ends it.</source>
            <translation>音声メモを録音中です。F3 で録音を終えてください。</translation>
        </message>
        <message>
            <source>The voice note says NG, but the photo looks good. A person must decide.</source>
            <translation>音声メモは不良と言っていますが、写真は良品に見えます。人の確認が必要です。</translation>
        </message>
        <message>
            <source>The voice note says OK, but the photo shows a defect. A person must decide.</source>
            <translation>音声メモは良品と言っていますが、写真に欠点が見えます。人の確認が必要です。</translation>
        </message>
        <message>
            <source>The voice note's file is empty; record or copy it again.</source>
            <translation>音声メモのファイルが空です。録音し直すか、コピーし直してください。</translation>
        </message>
        <message>
            <source>The voice note's file is too large; give a smaller one.</source>
            <translation>音声メモのファイルが大きすぎます。小さいものを使ってください。</translation>
        </message>
        <message>
            <source>The voice note's format cannot be used; record it again as mono.</source>
            <translation>音声メモの形式を使えません。モノラルで録音し直してください。</translation>
        </message>
        <message>
            <source>There is neither a photo nor a voice note; give at least one.</source>
            <translation>写真も音声メモもありません。どちらかを用意してください。</translation>
        </message>
        <message>
            <source>There is no CUDA device; choose the CPU.</source>
            <translation>CUDA デバイスがありません。CPU を選んでください。</translation>
        </message>
        <message>
            <source>There is no camera; connect one, or work with files.</source>
            <translation>カメラがありません。接続するか、ファイルを使ってください。</translation>
        </message>
        <message>
            <source>There is no loudspeaker to play the note; connect one.</source>
            <translation>再生するスピーカーがありません。接続してください。</translation>
        </message>
        <message>
            <source>There is no microphone; connect one, or use a sound file.</source>
            <translation>マイクがありません。接続するか、音声ファイルを使ってください。</translation>
        </message>
        <message>
            <source>There is no such adapter; choose another.</source>
            <translation>そのアダプタはありません。別のものを選んでください。</translation>
        </message>
        <message>
            <source>There is no such model; choose another.</source>
            <translation>そのモデルはありません。別のものを選んでください。</translation>
        </message>
        <message>
            <source>There is no such record.</source>
            <translation>その記録はありません。</translation>
        </message>
        <message>
            <source>This is a folder; name a file.</source>
            <translation>これはフォルダーです。ファイルを指定してください。</translation>
        </message>
        <message>
            <source>This is not a file; name a photo or a sound file.</source>
            <translation>これはファイルではありません。写真か音声ファイルを指定してください。</translation>
        </message>
        <message>
            <source>This is not a photo in a known format; give JPEG, PNG, BMP, TIFF or WebP.</source>
            <translation>写真として読める形式ではありません。JPEG・PNG・BMP・TIFF・WebP を使ってください。</translation>
        </message>
        <message>
            <source>This is not a sound in a known format; give WAV, FLAC, OGG or MP3.</source>
            <translation>音声として読める形式ではありません。WAV・FLAC・OGG・MP3 を使ってください。</translation>
        </message>
        <message>
            <source>This model cannot judge that kind of sample; choose another model.</source>
            <translation>このモデルではこの組み合わせを判定できません。別のモデルを選んでください。</translation>
        </message>
        <message>
            <source>This part is not judged by photo or voice in this way; leave that out.</source>
            <translation>この品番では、その写真または音声は使いません。外してください。</translation>
        </message>
        <message>
            <source>Time</source>
            <translation>時刻</translation>
        </message>
        <message>
            <source>Too close to call</source>
            <translation>判定が僅差</translation>
        </message>
        <message>
            <source>Too close to call: the probability lies between the two thresholds. A person must decide.</source>
            <translation>不良確率が二つのしきい値の間にあります。人の確認が必要です。</translation>
        </message>
        <message>
            <source>Try fewer letters, or all verdicts.</source>
            <translation>文字を減らすか、すべての判定を選んでください。</translation>
        </message>
        <message>
            <source>Verdict</source>
            <translation>判定</translation>
        </message>
        <message>
            <source>Voice note</source>
            <translation>音声メモ</translation>
        </message>
        <message>
            <source>Voice note and photo disagree</source>
            <translation>音声メモと写真が食い違っています</translation>
        </message>
        <message>
            <source>Voice note and photo disagree.</source>
            <translation>音声メモと写真が食い違っています。</translation>
        </message>
        <message>
            <source>Waiting</source>
            <translation>判定待ち</translation>
        </message>
        <message>
            <source>adapter</source>
            <translation>アダプタ</translation>
        </message>
        <message>
            <source>blowhole</source>
            <translation>ブローホール</translation>
        </message>
        <message>
            <source>bottom</source>
            <translation>下</translation>
        </message>
        <message>
            <source>break</source>
            <translation>欠損</translation>
        </message>
        <message>
            <source>centre</source>
            <translation>中央</translation>
        </message>
        <message>
            <source>chip</source>
            <translation>欠け</translation>
        </message>
        <message>
            <source>could not be judged</source>
            <translation>判定不可</translation>
        </message>
        <message>
            <source>crack</source>
            <translation>割れ</translation>
        </message>
        <message>
            <source>critical</source>
            <translation>致命</translation>
        </message>
        <message>
            <source>damage</source>
            <translation>損傷</translation>
        </message>
        <message>
            <source>deformation</source>
            <translation>変形</translation>
        </message>
        <message>
            <source>dent</source>
            <translation>打痕</translation>
        </message>
        <message>
            <source>engine</source>
            <translation>計算環境</translation>
        </message>
        <message>
            <source>finishing roll print</source>
            <translation>ロール目</translation>
        </message>
        <message>
            <source>foreign matter</source>
            <translation>異物</translation>
        </message>
        <message>
            <source>fray</source>
            <translation>ほつれ</translation>
        </message>
        <message>
            <source>golden</source>
            <translation>良品見本</translation>
        </message>
        <message>
            <source>hole</source>
            <translation>穴</translation>
        </message>
        <message>
            <source>iron sheet ash</source>
            <translation>鉄粉付着</translation>
        </message>
        <message>
            <source>left</source>
            <translation>左</translation>
        </message>
        <message>
            <source>lower left</source>
            <translation>左下</translation>
        </message>
        <message>
            <source>lower right</source>
            <translation>右下</translation>
        </message>
        <message>
            <source>major</source>
            <translation>重</translation>
        </message>
        <message>
            <source>minor</source>
            <translation>軽</translation>
        </message>
        <message>
            <source>missing piece</source>
            <translation>欠品</translation>
        </message>
        <message>
            <source>model</source>
            <translation>モデル</translation>
        </message>
        <message>
            <source>mouse bite</source>
            <translation>かじり</translation>
        </message>
        <message>
            <source>no defect</source>
            <translation>欠点なし</translation>
        </message>
        <message>
            <source>no microphone; files work</source>
            <translation>マイクなし・ファイルは可</translation>
        </message>
        <message>
            <source>none</source>
            <translation>なし</translation>
        </message>
        <message>
            <source>none, optional</source>
            <translation>なし (任意)</translation>
        </message>
        <message>
            <source>open circuit</source>
            <translation>断線</translation>
        </message>
        <message>
            <source>opening the microphone …</source>
            <translation>マイクを開いています…</translation>
        </message>
        <message>
            <source>operator</source>
            <translation>作業者</translation>
        </message>
        <message>
            <source>oxide scale, plate</source>
            <translation>酸化スケール (板)</translation>
        </message>
        <message>
            <source>oxide scale, temperature</source>
            <translation>酸化スケール (温度)</translation>
        </message>
        <message>
            <source>photo</source>
            <translation>写真</translation>
        </message>
        <message>
            <source>pinhole</source>
            <translation>ピンホール</translation>
        </message>
        <message>
            <source>pitting</source>
            <translation>孔食</translation>
        </message>
        <message>
            <source>program</source>
            <translation>プログラム</translation>
        </message>
        <message>
            <source>prompt</source>
            <translation>プロンプト</translation>
        </message>
        <message>
            <source>red scale</source>
            <translation>赤スケール</translation>
        </message>
        <message>
            <source>remark</source>
            <translation>備考</translation>
        </message>
        <message>
            <source>right</source>
            <translation>右</translation>
        </message>
        <message>
            <source>scratch</source>
            <translation>傷</translation>
        </message>
        <message>
            <source>short circuit</source>
            <translation>短絡</translation>
        </message>
        <message>
            <source>slag inclusion</source>
            <translation>スラグ巻込み</translation>
        </message>
        <message>
            <source>speak now</source>
            <translation>話してください</translation>
        </message>
        <message>
            <source>spur</source>
            <translation>突起</translation>
        </message>
        <message>
            <source>spurious copper</source>
            <translation>余分な銅</translation>
        </message>
        <message>
            <source>stain</source>
            <translation>汚れ</translation>
        </message>
        <message>
            <source>surface scratch</source>
            <translation>表面傷</translation>
        </message>
        <message>
            <source>times, ms</source>
            <translation>時間 (ms)</translation>
        </message>
        <message>
            <source>too loud</source>
            <translation>音が大きすぎます</translation>
        </message>
        <message>
            <source>top</source>
            <translation>上</translation>
        </message>
        <message>
            <source>unevenness</source>
            <translation>むら</translation>
        </message>
        <message>
            <source>upper left</source>
            <translation>左上</translation>
        </message>
        <message>
            <source>upper right</source>
            <translation>右上</translation>
        </message>
        <message>
            <source>voice</source>
            <translation>音声</translation>
        </message>
        <message>
            <source>waiting</source>
            <translation>判定待ち</translation>
        </message>
        <message>
            <source>{count} waiting for the model</source>
            <translation>判定待ち {count} 件</translation>
        </message>
        <message>
            <source>{length} recorded</source>
            <translation>録音 {length}</translation>
        </message>
        <message>
            <source>“{words}”</source>
            <translation>「{words}」</translation>
        </message>
    </context>
</TS>
