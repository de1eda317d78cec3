<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="ja_JP" sourcelanguage="en">
    <context>
        <name>kensa</name>
        <message>
            <source> days</source>
            <translation> 日</translation>
        </message>
        <message>
            <source>(not told)</source>
            <translation>（不明）</translation>
        </message>
        <message>
            <source>. The line goes on judging meanwhile.</source>
            <translation>。その間もラインの判定は続きます。</translation>
        </message>
        <message>
            <source>2 of 3 beyond 2 sigma</source>
            <translation>3点中2点が2σの外</translation>
        </message>
        <message>
            <source>4 of 5 beyond 1 sigma</source>
            <translation>5点中4点が1σの外</translation>
        </message>
        <message>
            <source>8 in a row on one side</source>
            <translation>同じ側に8点連続</translation>
        </message>
        <message>
            <source>A PDF report needs a font with Japanese letters; install one, or export CSV or XLSX.</source>
            <translation>PDF 報告書には日本語フォントが必要です。フォントを導入するか、CSV または XLSX で出力してください。</translation>
        </message>
        <message>
            <source>A PIN has 4 to 12 digits and is not as plain as 1234; choose another.</source>
            <translation>PIN は 4〜12 桁で、1234 のような単純なものは使えません。別の番号にしてください。</translation>
        </message>
        <message>
            <source>A chart</source>
            <translation>グラフ</translation>
        </message>
        <message>
            <source>A concession is signed: your PIN binds your name to this record.</source>
            <translation>特採には電子署名が必要です。PIN を入力すると、お名前がこの記録に結び付けられます。</translation>
        </message>
        <message>
            <source>A drift begins: {adapter}</source>
            <translation>ドリフトの兆候: {adapter}</translation>
        </message>
        <message>
            <source>A file of this name exists already; choose another name.</source>
            <translation>同じ名前のファイルがあります。別の名前にしてください。</translation>
        </message>
        <message>
            <source>A goal without its tick is none. Who changes goals, when and why, is kept.</source>
            <translation>チェックのない項目は目標になりません。誰が、いつ、なぜ変えたかは記録に残ります。</translation>
        </message>
        <message>
            <source>A golden photo needs a photo to compare; add one or leave it out.</source>
            <translation>良品見本には比べる写真が必要です。写真を加えるか、良品見本を外してください。</translation>
        </message>
        <message>
            <source>A label in doubt</source>
            <translation>疑わしいラベル</translation>
        </message>
        <message>
            <source>A labelled folder</source>
            <translation>ラベル付きフォルダ</translation>
        </message>
        <message>
            <source>A limit sample of this part has expired; have it renewed.</source>
            <translation>この品番の限度見本は期限切れです。更新してください。</translation>
        </message>
        <message>
            <source>A photo can be dropped here at any time.</source>
            <translation>写真はいつでもここにドロップできます。</translation>
        </message>
        <message>
            <source>A photo is needed</source>
            <translation>写真が必要です</translation>
        </message>
        <message>
            <source>A promotion asks for {count} units beside.</source>
            <translation>昇格には並走 {count} 個が必要です。</translation>
        </message>
        <message>
            <source>A restore was interrupted and cannot be ended; the old data lie in the folders before-*.</source>
            <translation>復元が中断され、完了できません。元のデータは before-* フォルダにあります。</translation>
        </message>
        <message>
            <source>A set from a folder</source>
            <translation>フォルダから学習セットを作る</translation>
        </message>
        <message>
            <source>A set never changes. A share of it is locked for measuring and never learned from.</source>
            <translation>学習セットは変更できません。一部は評価用に固定され、学習には使われません。</translation>
        </message>
        <message>
            <source>A set of reviewed units</source>
            <translation>レビュー済みワークの学習セット</translation>
        </message>
        <message>
            <source>A study has 20 to 50 units; choose so many.</source>
            <translation>個数は20～50個にしてください。</translation>
        </message>
        <message>
            <source>A study has two or three trials.</source>
            <translation>繰返しは2回か3回です。</translation>
        </message>
        <message>
            <source>A study needs good and bad units; choose some of both.</source>
            <translation>良品と不良品の両方を選んでください。</translation>
        </message>
        <message>
            <source>A study shows how far people and model agree with what is true, and with each other. Ctrl+N.</source>
            <translation>人とモデルの判定が、基準やお互いとどれだけ一致するかを調べます。Ctrl+N で始めます。</translation>
        </message>
        <message>
            <source>A supervisor has decided on this unit already; speak to them.</source>
            <translation>この製品は監督者が判断済みです。監督者に相談してください。</translation>
        </message>
        <message>
            <source>A supervisor sets them: miss, overkill, coverage, takt, minutes of people. Ctrl+E.</source>
            <translation>監督者が設定します：見逃し、過検出、自動判定率、タクト、人の時間。Ctrl+E。</translation>
        </message>
        <message>
            <source>A supervisor's PIN is needed.</source>
            <translation>監督者の PIN が必要です。</translation>
        </message>
        <message>
            <source>A view needs a name of 1 to 60 letters.</source>
            <translation>ビューの名前は 1～60 文字です。</translation>
        </message>
        <message>
            <source>A voice note is needed</source>
            <translation>音声メモが必要です</translation>
        </message>
        <message>
            <source>AIAG</source>
            <translation>AIAG</translation>
        </message>
        <message>
            <source>AUROC</source>
            <translation>AUROC</translation>
        </message>
        <message>
            <source>About</source>
            <translation>対象</translation>
        </message>
        <message>
            <source>About Kensa</source>
            <translation>Kensa について</translation>
        </message>
        <message>
            <source>About {count} more units, drawn by chance and reviewed.</source>
            <translation>あと約 {count} 個（抜取りで確認したもの）。</translation>
        </message>
        <message>
            <source>About {count} more units.</source>
            <translation>あと約 {count} 個。</translation>
        </message>
        <message>
            <source>Accept, next unit</source>
            <translation>承認して次へ</translation>
        </message>
        <message>
            <source>Active</source>
            <translation>現行</translation>
        </message>
        <message>
            <source>Adapter</source>
            <translation>アダプタ</translation>
        </message>
        <message>
            <source>Adapter to compare</source>
            <translation>比較するアダプタ</translation>
        </message>
        <message>
            <source>Adapter version</source>
            <translation>アダプタの版</translation>
        </message>
        <message>
            <source>Adapters</source>
            <translation>アダプタ</translation>
        </message>
        <message>
            <source>Adapters that judge</source>
            <translation>判定するアダプタ</translation>
        </message>
        <message>
            <source>Add a limit sample</source>
            <translation>限度見本を追加</translation>
        </message>
        <message>
            <source>Add a person</source>
            <translation>ユーザーを追加</translation>
        </message>
        <message>
            <source>Add the golden sample</source>
            <translation>良品見本を追加</translation>
        </message>
        <message>
            <source>Added since</source>
            <translation>その後の記録</translation>
        </message>
        <message>
            <source>Agreed</source>
            <translation>一致率</translation>
        </message>
        <message>
            <source>Agreement study</source>
            <translation>計数値MSA</translation>
        </message>
        <message>
            <source>All</source>
            <translation>すべて</translation>
        </message>
        <message>
            <source>All agree in all trials: {share}</source>
            <translation>全員が全回一致：{share}</translation>
        </message>
        <message>
            <source>All files</source>
            <translation>すべてのファイル</translation>
        </message>
        <message>
            <source>All is as it was written</source>
            <translation>すべて記録時のままです</translation>
        </message>
        <message>
            <source>All lines</source>
            <translation>すべてのライン</translation>
        </message>
        <message>
            <source>All of it</source>
            <translation>全期間</translation>
        </message>
        <message>
            <source>All parts</source>
            <translation>すべての品番</translation>
        </message>
        <message>
            <source>All people</source>
            <translation>すべての作業者</translation>
        </message>
        <message>
            <source>All records, no conditions</source>
            <translation>すべての記録 (条件なし)</translation>
        </message>
        <message>
            <source>All shifts</source>
            <translation>すべての直</translation>
        </message>
        <message>
            <source>All stations</source>
            <translation>すべての工程</translation>
        </message>
        <message>
            <source>All that waits</source>
            <translation>未処理すべて</translation>
        </message>
        <message>
            <source>All units have one {by}: {group}.</source>
            <translation>{by}はすべて「{group}」です。</translation>
        </message>
        <message>
            <source>All versions</source>
            <translation>すべての版</translation>
        </message>
        <message>
            <source>All {units} labels drawn at random were looked at again and are right.</source>
            <translation>ラベルの抜き取り確認：{units} 個すべて正しいラベルでした。</translation>
        </message>
        <message>
            <source>All: miss {miss}, overkill {overkill}, from {count} drawn units (95 %)</source>
            <translation>全体：見逃し {miss}、過検出 {overkill}（抜取り {count} 個、95 % 区間）</translation>
        </message>
        <message>
            <source>All: κ {kappa} from {count} units; 0.9 is good, 0.7 marginal</source>
            <translation>全体：κ {kappa}（{count} 個）。0.9 以上で良好、0.7 以上で限界</translation>
        </message>
        <message>
            <source>Also units that only an operator accepted</source>
            <translation>作業者が受け入れただけのワークも含める</translation>
        </message>
        <message>
            <source>An adapter is taken in only if it is signed with a key that stands here.</source>
            <translation>ここにある鍵で署名されたアダプタだけを取り込みます。</translation>
        </message>
        <message>
            <source>Another cause</source>
            <translation>理由を切り替え</translation>
        </message>
        <message>
            <source>Another program holds the records; close it and try again.</source>
            <translation>ほかのプログラムが記録を使用中です。それを終了してからやり直してください。</translation>
        </message>
        <message>
            <source>Another program works with the data folder; close it and try again.</source>
            <translation>別のプログラムがデータフォルダを使用しています。閉じてからやり直してください。</translation>
        </message>
        <message>
            <source>Another window works with this data folder. This one reads everything, but keeps and changes nothing.</source>
            <translation>別のウィンドウがこのデータフォルダを使用中です。このウィンドウでは閲覧だけでき、保存や変更はできません。</translation>
        </message>
        <message>
            <source>Answer</source>
            <translation>判定への回答</translation>
        </message>
        <message>
            <source>Any key closes this page.</source>
            <translation>どのキーでも閉じます。</translation>
        </message>
        <message>
            <source>Any time</source>
            <translation>全期間</translation>
        </message>
        <message>
            <source>Appraiser</source>
            <translation>判定者</translation>
        </message>
        <message>
            <source>Approved</source>
            <translation>承認</translation>
        </message>
        <message>
            <source>Approved by</source>
            <translation>承認者</translation>
        </message>
        <message>
            <source>Approved by whom and until when: an expired sample is said at every unit.</source>
            <translation>承認者と期限を記録します。期限切れの見本は検査のたびに知らせます。</translation>
        </message>
        <message>
            <source>Approved on</source>
            <translation>承認日</translation>
        </message>
        <message>
            <source>As the file of parts says</source>
            <translation>品番ファイルのまま</translation>
        </message>
        <message>
            <source>As the file of parts says; never changed in the program.</source>
            <translation>品番ファイルのまま (プログラムでの変更なし)</translation>
        </message>
        <message>
            <source>As the system</source>
            <translation>システムに合わせる</translation>
        </message>
        <message>
            <source>Audit trail</source>
            <translation>監査証跡</translation>
        </message>
        <message>
            <source>Back</source>
            <translation>戻る</translation>
        </message>
        <message>
            <source>Back to the table</source>
            <translation>一覧へ戻る</translation>
        </message>
        <message>
            <source>Badge</source>
            <translation>バッジ</translation>
        </message>
        <message>
            <source>Badge (scan it; may stay empty)</source>
            <translation>バッジ（スキャン。空欄可）</translation>
        </message>
        <message>
            <source>Before → after</source>
            <translation>変更前 → 変更後</translation>
        </message>
        <message>
            <source>Begin to work</source>
            <translation>検査を始める</translation>
        </message>
        <message>
            <source>Blink</source>
            <translation>交互表示</translation>
        </message>
        <message>
            <source>Brightness</source>
            <translation>明るさ</translation>
        </message>
        <message>
            <source>By</source>
            <translation>作成者</translation>
        </message>
        <message>
            <source>Calibration error</source>
            <translation>校正誤差</translation>
        </message>
        <message>
            <source>Camera</source>
            <translation>カメラ</translation>
        </message>
        <message>
            <source>Camera and photo</source>
            <translation>カメラと写真</translation>
        </message>
        <message>
            <source>Cancel</source>
            <translation>キャンセル</translation>
        </message>
        <message>
            <source>Candidate beside</source>
            <translation>並走中の候補</translation>
        </message>
        <message>
            <source>Candidate disagrees</source>
            <translation>候補アダプタと相違</translation>
        </message>
        <message>
            <source>Capture</source>
            <translation>撮影・入力</translation>
        </message>
        <message>
            <source>Captured from</source>
            <translation>撮影日(開始)</translation>
        </message>
        <message>
            <source>Captured until</source>
            <translation>撮影日(終了)</translation>
        </message>
        <message>
            <source>Centre {centre}</source>
            <translation>中心 {centre}</translation>
        </message>
        <message>
            <source>Change the criterion</source>
            <translation>基準を変更</translation>
        </message>
        <message>
            <source>Changed by review</source>
            <translation>レビューで変更</translation>
        </message>
        <message>
            <source>Changed last by {name}, {when}</source>
            <translation>最終変更：{name}、{when}</translation>
        </message>
        <message>
            <source>Changed: {names}</source>
            <translation>変化あり：{names}</translation>
        </message>
        <message>
            <source>Changing a verdict needs a reason: R to type it, F3 to say it.</source>
            <translation>判定を変えるには理由が必要です。R で入力、F3 で録音します。</translation>
        </message>
        <message>
            <source>Charts</source>
            <translation>グラフ</translation>
        </message>
        <message>
            <source>Check all records</source>
            <translation>記録の検証</translation>
        </message>
        <message>
            <source>Check its cable. It is opened again by itself; files work meanwhile.</source>
            <translation>ケーブルを確認してください。自動で再接続します。その間もファイルで検査できます。</translation>
        </message>
        <message>
            <source>Check its cable; it is opened again by itself.</source>
            <translation>ケーブルを確認してください。自動的に再接続します。</translation>
        </message>
        <message>
            <source>Check its cable; it is opened again by itself. Files work too.</source>
            <translation>ケーブルを確認してください。自動で再接続します。ファイルでも検査できます。</translation>
        </message>
        <message>
            <source>Check the labels</source>
            <translation>ラベルを点検</translation>
        </message>
        <message>
            <source>Checked</source>
            <translation>確認</translation>
        </message>
        <message>
            <source>Checking photos and voice notes</source>
            <translation>写真と音声を確認しています</translation>
        </message>
        <message>
            <source>Choose</source>
            <translation>選択</translation>
        </message>
        <message>
            <source>Choose 20 to 50 units, a third to a half of them near the edge. Nobody sees what is true of them.</source>
            <translation>20～50個を選びます。3分の1から半分は合否の境目に近いものにします。基準の答えは誰にも見えません。</translation>
        </message>
        <message>
            <source>Choose a record in the table to see all of it.</source>
            <translation>一覧から記録を選ぶと、すべての内容が表示されます。</translation>
        </message>
        <message>
            <source>Choose a set at the left.</source>
            <translation>左の一覧から学習セットを選んでください。</translation>
        </message>
        <message>
            <source>Choose it, test it, and say a few words. Without one, sound files work.</source>
            <translation>選んでテストし、少し話してください。マイクがなくても音声ファイルが使えます。</translation>
        </message>
        <message>
            <source>Choose one; there is none in the records yet.</source>
            <translation>選んでください。記録にはまだ該当がありません。</translation>
        </message>
        <message>
            <source>Choose the camera that sees the part. Without one, photos come from files.</source>
            <translation>製品を写すカメラを選んでください。なければ写真はファイルから読み込めます。</translation>
        </message>
        <message>
            <source>Choose the defect: D goes on to the next one.</source>
            <translation>欠点分類を選んでください (D で次へ)。</translation>
        </message>
        <message>
            <source>Choose the photo</source>
            <translation>写真を選ぶ</translation>
        </message>
        <message>
            <source>Choose the photo first.</source>
            <translation>先に写真を選んでください。</translation>
        </message>
        <message>
            <source>Choose what is done with the unit: 1 to 5.</source>
            <translation>処置を選んでください (1～5)。</translation>
        </message>
        <message>
            <source>Choose your name with the arrow keys, type your PIN; or scan your badge.</source>
            <translation>矢印キーで名前を選び、PIN を入力するか、バッジを読み取ってください。</translation>
        </message>
        <message>
            <source>Choosing thresholds</source>
            <translation>しきい値を決めています</translation>
        </message>
        <message>
            <source>Class right</source>
            <translation>分類の正解率</translation>
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
            <source>Closing</source>
            <translation>終了中</translation>
        </message>
        <message>
            <source>Collect: {changed} corrections and {reviewed} reviews since the last set was frozen.</source>
            <translation>データを集めましょう。前回の固定以降、修正 {changed} 件、レビュー {reviewed} 件です。</translation>
        </message>
        <message>
            <source>Columns</source>
            <translation>表示列</translation>
        </message>
        <message>
            <source>Compare</source>
            <translation>比較</translation>
        </message>
        <message>
            <source>Compare now</source>
            <translation>比較する</translation>
        </message>
        <message>
            <source>Compare with the active adapter</source>
            <translation>現行アダプタと比較</translation>
        </message>
        <message>
            <source>Compare, let in</source>
            <translation>比較・昇格</translation>
        </message>
        <message>
            <source>Comparison</source>
            <translation>比較</translation>
        </message>
        <message>
            <source>Computes on</source>
            <translation>演算</translation>
        </message>
        <message>
            <source>Conditions</source>
            <translation>条件</translation>
        </message>
        <message>
            <source>Conditions, order and columns are kept; a view of that name is replaced.</source>
            <translation>条件・並び順・表示列を保存します。同じ名前のビューは置き換えます。</translation>
        </message>
        <message>
            <source>Connect one, or choose it in the settings; sound files work meanwhile.</source>
            <translation>接続するか、設定で選んでください。その間も音声ファイルが使えます。</translation>
        </message>
        <message>
            <source>Contrast</source>
            <translation>コントラスト</translation>
        </message>
        <message>
            <source>Copy</source>
            <translation>コピー</translation>
        </message>
        <message>
            <source>Copy or save this chart</source>
            <translation>このグラフをコピー・保存</translation>
        </message>
        <message>
            <source>Copy picture</source>
            <translation>画像をコピー</translation>
        </message>
        <message>
            <source>Copy table</source>
            <translation>表をコピー</translation>
        </message>
        <message>
            <source>Correct what was heard</source>
            <translation>聞き取りを修正</translation>
        </message>
        <message>
            <source>Could not be judged</source>
            <translation>判定できません</translation>
        </message>
        <message>
            <source>Count again</source>
            <translation>再集計</translation>
        </message>
        <message>
            <source>Counting …</source>
            <translation>集計中です</translation>
        </message>
        <message>
            <source>Coverage</source>
            <translation>自動判定率</translation>
        </message>
        <message>
            <source>Criterion</source>
            <translation>判定基準</translation>
        </message>
        <message>
            <source>Criterion, in the words of the inspection standard</source>
            <translation>判定基準（検査規格の文言）</translation>
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
            <source>Database, chain of the audit trail, signatures, and the hash of every photo and voice note.</source>
            <translation>データベース、監査証跡の連鎖、電子署名、写真と音声のハッシュを確認します。</translation>
        </message>
        <message>
            <source>Date</source>
            <translation>日付</translation>
        </message>
        <message>
            <source>Day</source>
            <translation>日</translation>
        </message>
        <message>
            <source>Decide about it</source>
            <translation>判定を確認</translation>
        </message>
        <message>
            <source>Decided</source>
            <translation>判定済み率</translation>
        </message>
        <message>
            <source>Decided without a person: {active} % until now, {new} % with the new one.</source>
            <translation>自動判定率: これまで {active} %、新アダプタ {new} %。</translation>
        </message>
        <message>
            <source>Deciding about units is for a supervisor: sign in with Ctrl+L.</source>
            <translation>判定の確認は監督者が行います。Ctrl+L で本人を選んでください。</translation>
        </message>
        <message>
            <source>Decisions</source>
            <translation>監督者の判断</translation>
        </message>
        <message>
            <source>Defect</source>
            <translation>欠点分類</translation>
        </message>
        <message>
            <source>Defect before</source>
            <translation>前の欠点分類</translation>
        </message>
        <message>
            <source>Defect class</source>
            <translation>欠点分類</translation>
        </message>
        <message>
            <source>Defect classes, with commas between them</source>
            <translation>欠点分類（コンマ区切り）</translation>
        </message>
        <message>
            <source>Delete</source>
            <translation>1字消す</translation>
        </message>
        <message>
            <source>Delete a view</source>
            <translation>ビューを削除</translation>
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
            <source>Disk</source>
            <translation>ディスク</translation>
        </message>
        <message>
            <source>Disposition</source>
            <translation>処置</translation>
        </message>
        <message>
            <source>Done</source>
            <translation>完了</translation>
        </message>
        <message>
            <source>Drawn</source>
            <translation>抜取り数</translation>
        </message>
        <message>
            <source>Drift of p(NG)</source>
            <translation>p(NG) のドリフト</translation>
        </message>
        <message>
            <source>Drift of photos</source>
            <translation>写真のドリフト</translation>
        </message>
        <message>
            <source>Drop golden</source>
            <translation>見本を外す</translation>
        </message>
        <message>
            <source>Effectiveness</source>
            <translation>有効性</translation>
        </message>
        <message>
            <source>End running beside</source>
            <translation>並走を終了</translation>
        </message>
        <message>
            <source>Enter</source>
            <translation>決定</translation>
        </message>
        <message>
            <source>Enter judges by the voice note alone.</source>
            <translation>Enter で、音声メモだけで判定します。</translation>
        </message>
        <message>
            <source>Enter judges.</source>
            <translation>Enter で判定します。</translation>
        </message>
        <message>
            <source>Enter judges. F3 adds a voice note.</source>
            <translation>Enter で判定。F3 で音声メモを追加。</translation>
        </message>
        <message>
            <source>Erase for good</source>
            <translation>完全に消去</translation>
        </message>
        <message>
            <source>Erase now</source>
            <translation>今すぐ消去</translation>
        </message>
        <message>
            <source>Erase the voice of this unit</source>
            <translation>このワークの音声を消去</translation>
        </message>
        <message>
            <source>Erased: {photos} photos, {voices} voice notes ({size} MB), transcripts of {texts} units.</source>
            <translation>消去しました: 写真 {photos} 枚、音声 {voices} 件 ({size} MB)、文字起こし {texts} 個分。</translation>
        </message>
        <message>
            <source>Evaluation set</source>
            <translation>評価セット</translation>
        </message>
        <message>
            <source>Every defect class has at least 5 units.</source>
            <translation>どの欠点分類も 5 個以上あります。</translation>
        </message>
        <message>
            <source>Every unit has its answer.</source>
            <translation>すべての製品に回答済みです。</translation>
        </message>
        <message>
            <source>Every unit that needs a person is decided.</source>
            <translation>人の確認が必要な品物はすべて処理済みです。</translation>
        </message>
        <message>
            <source>Everybody</source>
            <translation>全員</translation>
        </message>
        <message>
            <source>Everything</source>
            <translation>すべての操作</translation>
        </message>
        <message>
            <source>Everything is kept for ever.</source>
            <translation>すべて無期限に保存します。</translation>
        </message>
        <message>
            <source>Everywhere</source>
            <translation>共通</translation>
        </message>
        <message>
            <source>Example</source>
            <translation>例</translation>
        </message>
        <message>
            <source>Expires on</source>
            <translation>有効期限</translation>
        </message>
        <message>
            <source>Export</source>
            <translation>書き出し</translation>
        </message>
        <message>
            <source>Export the audit trail</source>
            <translation>監査証跡の書き出し</translation>
        </message>
        <message>
            <source>F2 takes it again. Enter judges it as it is.</source>
            <translation>F2 で撮り直し、Enter でこのまま判定します。</translation>
        </message>
        <message>
            <source>F2 takes it. A file can be dropped on the picture.</source>
            <translation>F2 で撮影。ファイルのドロップもできます。</translation>
        </message>
        <message>
            <source>F2 takes it; this part needs one.</source>
            <translation>F2 で撮影します。この品番には必須です。</translation>
        </message>
        <message>
            <source>F3 begins and ends it.</source>
            <translation>F3 で開始・終了します。</translation>
        </message>
        <message>
            <source>F3 begins and ends it; this part needs one.</source>
            <translation>F3 で開始・終了します。この品番には必須です。</translation>
        </message>
        <message>
            <source>False alarm</source>
            <translation>過検出</translation>
        </message>
        <message>
            <source>Faults: {count}</source>
            <translation>異常 {count} 件</translation>
        </message>
        <message>
            <source>Fewer than 5 units are of {classes}; that can hardly be learned or measured.</source>
            <translation>{classes} は 5 個未満です。学習も評価も困難です。</translation>
        </message>
        <message>
            <source>Figure</source>
            <translation>指標</translation>
        </message>
        <message>
            <source>Figures and groups</source>
            <translation>指標とグループ</translation>
        </message>
        <message>
            <source>Final verdict</source>
            <translation>最終判定</translation>
        </message>
        <message>
            <source>Finish</source>
            <translation>確定</translation>
        </message>
        <message>
            <source>Finish later</source>
            <translation>あとで行う</translation>
        </message>
        <message>
            <source>First sample</source>
            <translation>最初の判定</translation>
        </message>
        <message>
            <source>First units</source>
            <translation>最初の頃</translation>
        </message>
        <message>
            <source>First {count} units</source>
            <translation>最初の {count} 個</translation>
        </message>
        <message>
            <source>First-pass yield</source>
            <translation>直行率</translation>
        </message>
        <message>
            <source>Folder with metadata.csv</source>
            <translation>metadata.csv のあるフォルダ</translation>
        </message>
        <message>
            <source>Free some space, or move the data folder.</source>
            <translation>空きを増やすか、データの場所を移してください。</translation>
        </message>
        <message>
            <source>Freeze</source>
            <translation>固定する</translation>
        </message>
        <message>
            <source>Freeze reviewed units</source>
            <translation>レビュー済みを固定</translation>
        </message>
        <message>
            <source>Freeze reviewed units, or import a labelled folder.</source>
            <translation>レビュー済みワークを固定するか、ラベル付きフォルダを取り込んでください。</translation>
        </message>
        <message>
            <source>From</source>
            <translation>開始</translation>
        </message>
        <message>
            <source>From a labelled folder …</source>
            <translation>ラベル付きフォルダから</translation>
        </message>
        <message>
            <source>From the first day to the last, both included.</source>
            <translation>開始日から終了日まで (両日を含む)。</translation>
        </message>
        <message>
            <source>From the folder {folder}.</source>
            <translation>フォルダ {folder} から。</translation>
        </message>
        <message>
            <source>From the history</source>
            <translation>履歴から</translation>
        </message>
        <message>
            <source>From the next unit on judges the adapter that came with the model.</source>
            <translation>次のワークからモデル付属のアダプタが判定します。</translation>
        </message>
        <message>
            <source>From the next unit on judges {name}.</source>
            <translation>次のワークから {name} が判定します。</translation>
        </message>
        <message>
            <source>From – to …</source>
            <translation>期間を指定</translation>
        </message>
        <message>
            <source>Frozen</source>
            <translation>固定日</translation>
        </message>
        <message>
            <source>Frozen by {who}.</source>
            <translation>固定者: {who}。</translation>
        </message>
        <message>
            <source>Full screen</source>
            <translation>全画面</translation>
        </message>
        <message>
            <source>Give the reason.</source>
            <translation>理由を入力してください。</translation>
        </message>
        <message>
            <source>Glare hides a part of the photo; turn the part or the light.</source>
            <translation>反射で一部が見えません。製品か照明の向きを変えてください。</translation>
        </message>
        <message>
            <source>Go on later</source>
            <translation>あとで続ける</translation>
        </message>
        <message>
            <source>Go on with the stopped training</source>
            <translation>停止した学習を再開</translation>
        </message>
        <message>
            <source>Goal: {goal}</source>
            <translation>目標：{goal}</translation>
        </message>
        <message>
            <source>Goals (KPI)</source>
            <translation>目標（KPI）</translation>
        </message>
        <message>
            <source>Goals of the proof of concept</source>
            <translation>実証評価の目標</translation>
        </message>
        <message>
            <source>Goals set on {day} by {name}.</source>
            <translation>目標の設定：{day} {name}。</translation>
        </message>
        <message>
            <source>Golden</source>
            <translation>良品見本</translation>
        </message>
        <message>
            <source>Golden and limit samples</source>
            <translation>良品見本と限度見本</translation>
        </message>
        <message>
            <source>Golden evaluation set</source>
            <translation>固定評価セット</translation>
        </message>
        <message>
            <source>Golden photo</source>
            <translation>良品見本</translation>
        </message>
        <message>
            <source>Golden sample</source>
            <translation>良品見本</translation>
        </message>
        <message>
            <source>Got better: {count}</source>
            <translation>良くなった: {count}</translation>
        </message>
        <message>
            <source>Got worse: {count}</source>
            <translation>悪くなった: {count}</translation>
        </message>
        <message>
            <source>Group</source>
            <translation>グループ</translation>
        </message>
        <message>
            <source>Guided set-up</source>
            <translation>初期設定ガイド</translation>
        </message>
        <message>
            <source>Hash</source>
            <translation>ハッシュ</translation>
        </message>
        <message>
            <source>Hash before it</source>
            <translation>前のハッシュ</translation>
        </message>
        <message>
            <source>Have it approved anew under Parts, Ctrl+P.</source>
            <translation>「品番」（Ctrl+P）で再承認してください。</translation>
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
            <source>Heard, as corrected</source>
            <translation>音声メモ (訂正後)</translation>
        </message>
        <message>
            <source>Help</source>
            <translation>ヘルプ</translation>
        </message>
        <message>
            <source>High contrast</source>
            <translation>高コントラスト</translation>
        </message>
        <message>
            <source>History</source>
            <translation>履歴</translation>
        </message>
        <message>
            <source>I am not sure</source>
            <translation>判断できない</translation>
        </message>
        <message>
            <source>I disagree</source>
            <translation>異議あり</translation>
        </message>
        <message>
            <source>INCONCLUSIVE</source>
            <translation>要確認</translation>
        </message>
        <message>
            <source>Import</source>
            <translation>取り込み</translation>
        </message>
        <message>
            <source>Import a folder</source>
            <translation>フォルダを取り込む</translation>
        </message>
        <message>
            <source>In the words of the inspection standard. The model is asked so from the next unit on.</source>
            <translation>検査基準書の言葉で書いてください。次の品物から AI への質問に使われます。</translation>
        </message>
        <message>
            <source>Inspect</source>
            <translation>検査</translation>
        </message>
        <message>
            <source>Installed here</source>
            <translation>構成</translation>
        </message>
        <message>
            <source>Is all ready?</source>
            <translation>準備状況</translation>
        </message>
        <message>
            <source>It counts no more. It stays in the history. Enter goes on.</source>
            <translation>集計から外れました。履歴には残ります。Enter で次へ進みます。</translation>
        </message>
        <message>
            <source>It grew from the model's own.</source>
            <translation>モデル付属のアダプタから学習しました。</translation>
        </message>
        <message>
            <source>It grew from {parent}.</source>
            <translation>{parent} から学習しました。</translation>
        </message>
        <message>
            <source>It has judged nothing here in the last twelve weeks.</source>
            <translation>この12週間、ここでの判定はありません。</translation>
        </message>
        <message>
            <source>It is NG: {defect}</source>
            <translation>正解は NG: {defect}</translation>
        </message>
        <message>
            <source>It is OK</source>
            <translation>正解は OK</translation>
        </message>
        <message>
            <source>It is another unit's turn; go on with the one that is shown.</source>
            <translation>判定の順番が違います。表示されている個体から続けてください。</translation>
        </message>
        <message>
            <source>It is bad</source>
            <translation>不良である</translation>
        </message>
        <message>
            <source>It is bad, but at another place</source>
            <translation>不良だが、位置が違う</translation>
        </message>
        <message>
            <source>It is bad, but of another defect</source>
            <translation>不良だが、欠点が違う</translation>
        </message>
        <message>
            <source>It is bad: a defect was missed</source>
            <translation>不良である：欠点の見逃し</translation>
        </message>
        <message>
            <source>It is bad: the defect is on a side that the photo does not show</source>
            <translation>不良である：写真に写らない面に欠点がある</translation>
        </message>
        <message>
            <source>It is counted over reviewed units that chance drew.</source>
            <translation>抜取りで確認した個体で計算します。</translation>
        </message>
        <message>
            <source>It is good</source>
            <translation>良品である</translation>
        </message>
        <message>
            <source>It is good: dirt or a reflection</source>
            <translation>良品である：汚れ・反射</translation>
        </message>
        <message>
            <source>It is good: within the limit sample</source>
            <translation>良品である：限度見本の範囲内</translation>
        </message>
        <message>
            <source>It is judged at the next start of the program.</source>
            <translation>次にプログラムを起動したときに判定します。</translation>
        </message>
        <message>
            <source>It is used no more from the next unit on. Earlier versions and records keep it.</source>
            <translation>次の品物から使われません。以前の版と記録には残ります。</translation>
        </message>
        <message>
            <source>It judges beside, deciding nothing.</source>
            <translation>並走中です。判定には使われません。</translation>
        </message>
        <message>
            <source>It judges from the next unit on. One action puts the old one back.</source>
            <translation>次のワークから判定します。元のアダプタへは一操作で戻せます。</translation>
        </message>
        <message>
            <source>It judges nothing.</source>
            <translation>判定には使われていません。</translation>
        </message>
        <message>
            <source>It judges now.</source>
            <translation>現在判定中です。</translation>
        </message>
        <message>
            <source>It lies on the goal: no number of units will tell.</source>
            <translation>値が目標とちょうど同じため、個数を増やしても判断できません。</translation>
        </message>
        <message>
            <source>It runs beside the line, at low priority. It can be stopped, and goes on where it was.</source>
            <translation>ラインと並行して低い優先度で実行します。停止しても続きから再開できます。</translation>
        </message>
        <message>
            <source>It runs inside this computer; nothing leaves it.</source>
            <translation>このコンピュータの中で動きます。外部には何も送りません。</translation>
        </message>
        <message>
            <source>It starts from</source>
            <translation>開始点</translation>
        </message>
        <message>
            <source>It stops after the step that is under way.</source>
            <translation>実行中のステップの後に停止します。</translation>
        </message>
        <message>
            <source>It was erased, or is missing; the audit trail tells.</source>
            <translation>消去されたか、失われています。監査証跡で確認できます。</translation>
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
            <source>Judge: good or bad?</source>
            <translation>判定：良品か不良か</translation>
        </message>
        <message>
            <source>Judge; accept and next</source>
            <translation>判定・承認して次へ</translation>
        </message>
        <message>
            <source>Judged as soon as the model is loaded. Go on: Enter or F2.</source>
            <translation>モデルの準備ができ次第、判定します。Enter か F2 で次へ。</translation>
        </message>
        <message>
            <source>Judging</source>
            <translation>判定中</translation>
        </message>
        <message>
            <source>Judging {step} of {steps}</source>
            <translation>判定中 {step} / {steps}</translation>
        </message>
        <message>
            <source>Judging …</source>
            <translation>判定中</translation>
        </message>
        <message>
            <source>Kappa</source>
            <translation>一致度 κ</translation>
        </message>
        <message>
            <source>Kappa, AI and supervisor</source>
            <translation>一致度 κ（AI・監督者）</translation>
        </message>
        <message>
            <source>Keep and next</source>
            <translation>確定して次へ</translation>
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
            <source>Kensa is already open</source>
            <translation>Kensa はすでに開いています</translation>
        </message>
        <message>
            <source>Kept</source>
            <translation>保存しました</translation>
        </message>
        <message>
            <source>Kept files are missing, so no whole backup can be made; see kensa verify.</source>
            <translation>保存済みのファイルが欠けているため、完全なバックアップを作れません。kensa verify で確認してください。</translation>
        </message>
        <message>
            <source>Kept, not judged</source>
            <translation>保存済み・未判定</translation>
        </message>
        <message>
            <source>Key to trust (64 digits)</source>
            <translation>信頼する鍵 (64 桁)</translation>
        </message>
        <message>
            <source>Keys</source>
            <translation>キー操作</translation>
        </message>
        <message>
            <source>Keys of stations</source>
            <translation>工程の鍵</translation>
        </message>
        <message>
            <source>Label in doubt</source>
            <translation>疑わしいラベル</translation>
        </message>
        <message>
            <source>Labels of {of}: {doubted} of {units} are doubted ({low}–{high} %).</source>
            <translation>{of}のラベル: {units} 個のうち {doubted} 個に疑いがあります（{low}–{high} %）。</translation>
        </message>
        <message>
            <source>Language</source>
            <translation>言語</translation>
        </message>
        <message>
            <source>Language and looks</source>
            <translation>言語と表示</translation>
        </message>
        <message>
            <source>Language of the report</source>
            <translation>報告書の言語</translation>
        </message>
        <message>
            <source>Last 12 months</source>
            <translation>過去12か月</translation>
        </message>
        <message>
            <source>Last 30 days</source>
            <translation>直近 30 日</translation>
        </message>
        <message>
            <source>Last 7 days</source>
            <translation>直近 7 日</translation>
        </message>
        <message>
            <source>Last 90 days</source>
            <translation>過去90日</translation>
        </message>
        <message>
            <source>Learning</source>
            <translation>学習中</translation>
        </message>
        <message>
            <source>Leave kiosk mode</source>
            <translation>キオスクモードの終了</translation>
        </message>
        <message>
            <source>Let in again</source>
            <translation>利用を再開</translation>
        </message>
        <message>
            <source>Let in no more</source>
            <translation>利用を停止</translation>
        </message>
        <message>
            <source>Let in {at} by {who}: {reason}</source>
            <translation>昇格 {at} {who}: {reason}</translation>
        </message>
        <message>
            <source>Let the adapter in</source>
            <translation>アダプタを昇格</translation>
        </message>
        <message>
            <source>Libraries</source>
            <translation>ライブラリ</translation>
        </message>
        <message>
            <source>Licences</source>
            <translation>ライセンス</translation>
        </message>
        <message>
            <source>Light</source>
            <translation>明るい</translation>
        </message>
        <message>
            <source>Likeliest NG first</source>
            <translation>NG の確率が高い順</translation>
        </message>
        <message>
            <source>Limit book</source>
            <translation>限度見本</translation>
        </message>
        <message>
            <source>Limit sample</source>
            <translation>限度見本</translation>
        </message>
        <message>
            <source>Limit samples</source>
            <translation>限度見本</translation>
        </message>
        <message>
            <source>Limit samples {part}</source>
            <translation>限度見本_{part}</translation>
        </message>
        <message>
            <source>Line</source>
            <translation>ライン</translation>
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
            <source>Locked for measuring</source>
            <translation>評価用に固定する割合</translation>
        </message>
        <message>
            <source>Looked for</source>
            <translation>対象の欠点</translation>
        </message>
        <message>
            <source>Looking at photo {step} of {steps}</source>
            <translation>写真を確認中 {step} / {steps}</translation>
        </message>
        <message>
            <source>Looking at photos …</source>
            <translation>写真を調べています</translation>
        </message>
        <message>
            <source>Looking at the labels</source>
            <translation>ラベルを点検中</translation>
        </message>
        <message>
            <source>Looking at the photos</source>
            <translation>写真を読み込み中</translation>
        </message>
        <message>
            <source>Looking for units …</source>
            <translation>個体を探しています</translation>
        </message>
        <message>
            <source>Loss</source>
            <translation>損失</translation>
        </message>
        <message>
            <source>Loss of the steps</source>
            <translation>学習の損失</translation>
        </message>
        <message>
            <source>Loss of the validation units</source>
            <translation>検証の損失</translation>
        </message>
        <message>
            <source>Loss {loss} at step {step} of {steps}</source>
            <translation>損失 {loss} ({step} / {steps} ステップ)</translation>
        </message>
        <message>
            <source>Lot</source>
            <translation>ロット</translation>
        </message>
        <message>
            <source>Lot report</source>
            <translation>ロット報告書</translation>
        </message>
        <message>
            <source>Lot, serial number or work order does not fit this part; see the example in its field.</source>
            <translation>ロット・製造番号・製造指図が品番の規則に合いません。入力欄の例を見てください。</translation>
        </message>
        <message>
            <source>Lot, serial number, work order</source>
            <translation>ロット・製造番号・製造指図</translation>
        </message>
        <message>
            <source>Loudspeaker</source>
            <translation>スピーカー</translation>
        </message>
        <message>
            <source>Lower limit</source>
            <translation>下方管理限界</translation>
        </message>
        <message>
            <source>Make it a limit sample</source>
            <translation>限度見本にする</translation>
        </message>
        <message>
            <source>Make the study</source>
            <translation>作成する</translation>
        </message>
        <message>
            <source>Making the report …</source>
            <translation>報告書を作成中です</translation>
        </message>
        <message>
            <source>Memory</source>
            <translation>メモリ</translation>
        </message>
        <message>
            <source>Microphone</source>
            <translation>マイク</translation>
        </message>
        <message>
            <source>Minutes of a person per 100 units</source>
            <translation>人の時間（100個あたり）</translation>
        </message>
        <message>
            <source>Miss</source>
            <translation>見逃し</translation>
        </message>
        <message>
            <source>Miss and overkill, estimated</source>
            <translation>見逃し・過検出（推定）</translation>
        </message>
        <message>
            <source>Miss rate</source>
            <translation>見逃し率</translation>
        </message>
        <message>
            <source>Missed</source>
            <translation>見逃し</translation>
        </message>
        <message>
            <source>Misses</source>
            <translation>見逃し</translation>
        </message>
        <message>
            <source>Misses: </source>
            <translation>見逃し: </translation>
        </message>
        <message>
            <source>Model</source>
            <translation>モデル</translation>
        </message>
        <message>
            <source>Model alone</source>
            <translation>モデル単体</translation>
        </message>
        <message>
            <source>Model's verdict</source>
            <translation>モデルの判定</translation>
        </message>
        <message>
            <source>Month</source>
            <translation>月</translation>
        </message>
        <message>
            <source>More corrections than usual: {part}</source>
            <translation>修正率が通常より高い: {part}</translation>
        </message>
        <message>
            <source>More than {margin} % (p = {p}): refused until they were reviewed again.</source>
            <translation>{margin} % を超えています（p = {p}）。再レビューが済むまで昇格できません。</translation>
        </message>
        <message>
            <source>NG</source>
            <translation>NG 不良</translation>
        </message>
        <message>
            <source>NG above</source>
            <translation>NG 上限超</translation>
        </message>
        <message>
            <source>NG p-chart</source>
            <translation>NG率 p管理図</translation>
        </message>
        <message>
            <source>NG rates by {by} are alike.</source>
            <translation>{by}による NG 率の差はありません。</translation>
        </message>
        <message>
            <source>NG share</source>
            <translation>NG率</translation>
        </message>
        <message>
            <source>NG units</source>
            <translation>不良数</translation>
        </message>
        <message>
            <source>NG {ng}, unclear {unclear}</source>
            <translation>不良 {ng}　要確認 {unclear}</translation>
        </message>
        <message>
            <source>NG – bad</source>
            <translation>NG　不良</translation>
        </message>
        <message>
            <source>Name</source>
            <translation>名前</translation>
        </message>
        <message>
            <source>Name and PIN do not belong together; try again.</source>
            <translation>名前と PIN が一致しません。もう一度入力してください。</translation>
        </message>
        <message>
            <source>Name of the set</source>
            <translation>学習セットの名前</translation>
        </message>
        <message>
            <source>Name of the study</source>
            <translation>名称</translation>
        </message>
        <message>
            <source>Name who judges, each once.</source>
            <translation>判定者を重複なく指定してください。</translation>
        </message>
        <message>
            <source>Name, English</source>
            <translation>名称（英語）</translation>
        </message>
        <message>
            <source>Name, Japanese</source>
            <translation>名称（日本語）</translation>
        </message>
        <message>
            <source>Nearly the same photo has the other verdict; look at both.</source>
            <translation>ほぼ同じ写真の判定が逆です。両方を確認してください。</translation>
        </message>
        <message>
            <source>New</source>
            <translation>新</translation>
        </message>
        <message>
            <source>New PIN</source>
            <translation>PIN の再設定</translation>
        </message>
        <message>
            <source>New agreement study</source>
            <translation>新しい計数値MSA</translation>
        </message>
        <message>
            <source>New part</source>
            <translation>新しい品番</translation>
        </message>
        <message>
            <source>New study</source>
            <translation>新しく始める</translation>
        </message>
        <message>
            <source>Newer unit</source>
            <translation>新しい製品へ</translation>
        </message>
        <message>
            <source>Newest first</source>
            <translation>新しい順</translation>
        </message>
        <message>
            <source>Next</source>
            <translation>次へ</translation>
        </message>
        <message>
            <source>Next defect</source>
            <translation>次の欠点分類</translation>
        </message>
        <message>
            <source>Next part</source>
            <translation>次の品番</translation>
        </message>
        <message>
            <source>Next point</source>
            <translation>次の点</translation>
        </message>
        <message>
            <source>Next unit</source>
            <translation>次の製品</translation>
        </message>
        <message>
            <source>No NG units in this period.</source>
            <translation>この期間に不良はありません。</translation>
        </message>
        <message>
            <source>No adapter judges beside the active one.</source>
            <translation>並走中のアダプタはありません。</translation>
        </message>
        <message>
            <source>No adapter was let in that could be put back.</source>
            <translation>差し戻せる昇格はありません。</translation>
        </message>
        <message>
            <source>No agreement study yet</source>
            <translation>計数値MSAはまだありません</translation>
        </message>
        <message>
            <source>No camera</source>
            <translation>カメラがありません</translation>
        </message>
        <message>
            <source>No conditions</source>
            <translation>条件を解除</translation>
        </message>
        <message>
            <source>No criterion in words.</source>
            <translation>文章の基準はありません。</translation>
        </message>
        <message>
            <source>No defect found</source>
            <translation>欠点なし</translation>
        </message>
        <message>
            <source>No goals for this part</source>
            <translation>この品番には目標がありません</translation>
        </message>
        <message>
            <source>No judgment: the memory was not enough.</source>
            <translation>判定なし：メモリが足りませんでした。</translation>
        </message>
        <message>
            <source>No judgment: the model failed.</source>
            <translation>判定なし：モデルが異常終了しました。</translation>
        </message>
        <message>
            <source>No judgment: the model gave no number.</source>
            <translation>判定なし：モデルが数値を出しませんでした。</translation>
        </message>
        <message>
            <source>No judgment: the model took longer than it may.</source>
            <translation>判定なし：モデルが制限時間を超えました。</translation>
        </message>
        <message>
            <source>No judgment: the program ended twice while it judged this unit.</source>
            <translation>判定なし：この品の判定中にプログラムが二度終了しました。</translation>
        </message>
        <message>
            <source>No labelled unit fits this rule; review some units, or widen the rule.</source>
            <translation>条件に合うラベル付きワークがありません。レビューするか条件を広げてください。</translation>
        </message>
        <message>
            <source>No new photo has come into the folder; press the camera's shutter.</source>
            <translation>フォルダに新しい写真がありません。カメラのシャッターを押してください。</translation>
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
            <source>No review of this unit stands; there is nothing to undo.</source>
            <translation>この品物には取り消せる判断がありません。</translation>
        </message>
        <message>
            <source>No reviewed units with photos. Review some, or take a labelled folder.</source>
            <translation>写真のある確認済みの個体がありません。確認を進めるか、ラベル付きフォルダを選んでください。</translation>
        </message>
        <message>
            <source>No training set yet</source>
            <translation>学習セットはまだありません</translation>
        </message>
        <message>
            <source>No unit of this part was reviewed yet; the effect is shown when some were.</source>
            <translation>この品番のレビュー済み製品がまだありません。レビュー後に影響を表示します。</translation>
        </message>
        <message>
            <source>No units in this period. Choose a longer one, or fewer conditions.</source>
            <translation>この期間に個体がありません。期間を長くするか、条件を減らしてください。</translation>
        </message>
        <message>
            <source>No.</source>
            <translation>番号</translation>
        </message>
        <message>
            <source>Nobody has judged all units in all trials yet; go on judging.</source>
            <translation>全部の判定を終えた人がまだいません。判定を続けてください。</translation>
        </message>
        <message>
            <source>Nobody is registered</source>
            <translation>ユーザー未登録</translation>
        </message>
        <message>
            <source>Nobody is registered by this name.</source>
            <translation>この名前の人は登録されていません。</translation>
        </message>
        <message>
            <source>Nobody is signed in; sign in first.</source>
            <translation>サインインしていません。先にサインインしてください。</translation>
        </message>
        <message>
            <source>Nobody signed in</source>
            <translation>未サインイン</translation>
        </message>
        <message>
            <source>None are drawn by chance, so misses cannot be estimated: see the settings.</source>
            <translation>抜き取りが 0 % のため、見逃し率を推定できません (設定)。</translation>
        </message>
        <message>
            <source>None is written for this part. A supervisor can write one under Parts.</source>
            <translation>この品番の基準は未登録です。監督者が「品番」で登録できます。</translation>
        </message>
        <message>
            <source>Not compared yet</source>
            <translation>まだ比較していません</translation>
        </message>
        <message>
            <source>Not enough data yet: {count} more units.</source>
            <translation>データ不足：あと {count} 個。</translation>
        </message>
        <message>
            <source>Not judged yet.</source>
            <translation>まだ判定していません。</translation>
        </message>
        <message>
            <source>Not ready</source>
            <translation>準備未完了</translation>
        </message>
        <message>
            <source>Nothing can be read of the records; restore a backup.</source>
            <translation>記録をまったく読み取れません。バックアップから復元してください。</translation>
        </message>
        <message>
            <source>Nothing chosen</source>
            <translation>選択されていません</translation>
        </message>
        <message>
            <source>Nothing comes from the microphone any more; check its plug. What was said is kept.</source>
            <translation>マイクから音が来なくなりました。プラグを確認してください。それまでの録音は残っています。</translation>
        </message>
        <message>
            <source>Nothing found</source>
            <translation>見つかりません</translation>
        </message>
        <message>
            <source>Nothing is being trained. Choose a set and train on it.</source>
            <translation>学習は実行されていません。学習セットを選んで開始してください。</translation>
        </message>
        <message>
            <source>Nothing is heard in the voice note; record it again.</source>
            <translation>音声メモに何も入っていません。録音し直してください。</translation>
        </message>
        <message>
            <source>Nothing to do: no corrections since the last set was frozen.</source>
            <translation>対応は不要です。前回の固定以降、修正はありません。</translation>
        </message>
        <message>
            <source>Nothing waits</source>
            <translation>確認待ちはありません</translation>
        </message>
        <message>
            <source>Nothing was heard; choose another, or speak up.</source>
            <translation>何も聞こえません。別のマイクを選ぶか、大きな声で話してください。</translation>
        </message>
        <message>
            <source>Nothing went wrong since the start.</source>
            <translation>起動してから問題は起きていません。</translation>
        </message>
        <message>
            <source>Now</source>
            <translation>現在</translation>
        </message>
        <message>
            <source>OK</source>
            <translation>OK 良品</translation>
        </message>
        <message>
            <source>OK below</source>
            <translation>OK 下限未満</translation>
        </message>
        <message>
            <source>OK below {low}, NG above {high}.</source>
            <translation>{low} 未満は OK、{high} 超は NG。</translation>
        </message>
        <message>
            <source>OK – good</source>
            <translation>OK　良品</translation>
        </message>
        <message>
            <source>Of reviewed and of accepted units.</source>
            <translation>レビュー済みと受け入れ済みのワーク。</translation>
        </message>
        <message>
            <source>Of reviewed units.</source>
            <translation>レビュー済みワーク。</translation>
        </message>
        <message>
            <source>Of the NG units only these classes</source>
            <translation>NG は次の分類のみ</translation>
        </message>
        <message>
            <source>Of {reviewed} reviewed ones it missed {missed} ({active_missed} the active one) and rejected {overkill} good ones ({active_overkill}).</source>
            <translation>レビュー済み {reviewed} 個のうち見逃し {missed} 個 (現行 {active_missed} 個)、過検出 {overkill} 個 (現行 {active_overkill} 個)。</translation>
        </message>
        <message>
            <source>Older unit</source>
            <translation>古い製品へ</translation>
        </message>
        <message>
            <source>Oldest first</source>
            <translation>古い順</translation>
        </message>
        <message>
            <source>On {count} reviewed units, {random} of them picked at random: missed {miss}, rejected wrongly {overkill}, decided without a person {coverage}.</source>
            <translation>レビュー済み {count} 個（うち抜き取り {random} 個）では、見逃し {miss}、過検出 {overkill}、自動判定 {coverage}。</translation>
        </message>
        <message>
            <source>One bundled sample is judged, as every unit will be. It goes into no record.</source>
            <translation>付属の見本を 1 つ、実際と同じように判定します。記録には残りません。</translation>
        </message>
        <message>
            <source>One of them is rare; collect more of it.</source>
            <translation>一方が少なすぎます。追加で集めてください。</translation>
        </message>
        <message>
            <source>Only golden units whose labels are doubted would let it in.</source>
            <translation>ラベルに疑いのある評価ワークを除くと、合格になりません。</translation>
        </message>
        <message>
            <source>Only read</source>
            <translation>閲覧のみで続ける</translation>
        </message>
        <message>
            <source>Only registered people can sign; register them, or decide otherwise.</source>
            <translation>署名できるのは登録された人だけです。人を登録するか、別の処置を選んでください。</translation>
        </message>
        <message>
            <source>Only {name} can judge here; sign in first: Ctrl+L.</source>
            <translation>判定できるのは {name} さんだけです。先に作業者を切り替えてください：Ctrl+L。</translation>
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
            <source>Operator</source>
            <translation>作業者</translation>
        </message>
        <message>
            <source>Operator disagrees</source>
            <translation>作業者が異議</translation>
        </message>
        <message>
            <source>Operators as pseudonyms in exports and training sets</source>
            <translation>書き出しと学習セットで作業者名を仮名にする</translation>
        </message>
        <message>
            <source>Order</source>
            <translation>並び順</translation>
        </message>
        <message>
            <source>Other systems</source>
            <translation>他システム連携</translation>
        </message>
        <message>
            <source>Overkill</source>
            <translation>過検出</translation>
        </message>
        <message>
            <source>Overkill rate</source>
            <translation>過検出率</translation>
        </message>
        <message>
            <source>Overkill: </source>
            <translation>過検出: </translation>
        </message>
        <message>
            <source>Override rate</source>
            <translation>修正率</translation>
        </message>
        <message>
            <source>P(NG)</source>
            <translation>不良確率</translation>
        </message>
        <message>
            <source>PIN</source>
            <translation>PIN</translation>
        </message>
        <message>
            <source>PIN for a signature</source>
            <translation>署名の PIN</translation>
        </message>
        <message>
            <source>PIN to leave kiosk mode</source>
            <translation>キオスク解除の PIN</translation>
        </message>
        <message>
            <source>PIN, 4 to 12 digits</source>
            <translation>PIN（4～12 桁）</translation>
        </message>
        <message>
            <source>PIN, once more</source>
            <translation>PIN（確認のため再入力）</translation>
        </message>
        <message>
            <source>Pair</source>
            <translation>組合せ</translation>
        </message>
        <message>
            <source>Pareto of defects</source>
            <translation>欠点別パレート図</translation>
        </message>
        <message>
            <source>Part</source>
            <translation>品番</translation>
        </message>
        <message>
            <source>Part and place</source>
            <translation>品番と場所</translation>
        </message>
        <message>
            <source>Part before</source>
            <translation>前の品番</translation>
        </message>
        <message>
            <source>Part number</source>
            <translation>品番</translation>
        </message>
        <message>
            <source>Part report</source>
            <translation>品番報告書</translation>
        </message>
        <message>
            <source>Part, lot, serial number</source>
            <translation>品番・ロット・製造番号</translation>
        </message>
        <message>
            <source>Parts</source>
            <translation>品番</translation>
        </message>
        <message>
            <source>Past their time today: {photos} photos, {voices} voice notes ({size} MB), transcripts of {texts} units.</source>
            <translation>期限切れ (本日): 写真 {photos} 枚、音声 {voices} 件 ({size} MB)、文字起こし {texts} 個分。</translation>
        </message>
        <message>
            <source>Pattern</source>
            <translation>パターン</translation>
        </message>
        <message>
            <source>People</source>
            <translation>ユーザー</translation>
        </message>
        <message>
            <source>People and shifts</source>
            <translation>人と直</translation>
        </message>
        <message>
            <source>People are registered here; see under People, Ctrl+Shift+P.</source>
            <translation>ユーザーは登録済みです。「ユーザー」（Ctrl+Shift+P）で確認できます。</translation>
        </message>
        <message>
            <source>People who judge, parted by commas</source>
            <translation>判定する人（カンマ区切り）</translation>
        </message>
        <message>
            <source>Period</source>
            <translation>期間</translation>
        </message>
        <message>
            <source>Photo</source>
            <translation>写真</translation>
        </message>
        <message>
            <source>Photo alone</source>
            <translation>写真のみ</translation>
        </message>
        <message>
            <source>Photo and voice note are too long for the model together; use a smaller photo.</source>
            <translation>写真と音声メモを合わせると長すぎます。写真を小さくしてください。</translation>
        </message>
        <message>
            <source>Photo by photo</source>
            <translation>写真ごと</translation>
        </message>
        <message>
            <source>Photo of a good part</source>
            <translation>良品の写真</translation>
        </message>
        <message>
            <source>Photo of a good part (where the folder names none)</source>
            <translation>良品の写真 (フォルダに指定がない場合)</translation>
        </message>
        <message>
            <source>Photos</source>
            <translation>写真</translation>
        </message>
        <message>
            <source>Picked by chance</source>
            <translation>抜き取り</translation>
        </message>
        <message>
            <source>Place</source>
            <translation>位置</translation>
        </message>
        <message>
            <source>Place right</source>
            <translation>位置の正解率</translation>
        </message>
        <message>
            <source>Play note</source>
            <translation>メモを再生</translation>
        </message>
        <message>
            <source>Play the operator's reason</source>
            <translation>作業者の理由を再生</translation>
        </message>
        <message>
            <source>Please wait</source>
            <translation>お待ちください</translation>
        </message>
        <message>
            <source>Point at it, or use the arrow keys, to read the numbers.</source>
            <translation>マウスか矢印キーで数値が読めます。</translation>
        </message>
        <message>
            <source>Point before</source>
            <translation>前の点</translation>
        </message>
        <message>
            <source>Prepared</source>
            <translation>作成</translation>
        </message>
        <message>
            <source>Print</source>
            <translation>印刷</translation>
        </message>
        <message>
            <source>Print …</source>
            <translation>印刷</translation>
        </message>
        <message>
            <source>Privacy</source>
            <translation>プライバシー</translation>
        </message>
        <message>
            <source>Probability of NG</source>
            <translation>不良確率</translation>
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
            <source>Program</source>
            <translation>プログラム</translation>
        </message>
        <message>
            <source>Prompt</source>
            <translation>プロンプト</translation>
        </message>
        <message>
            <source>Put back {at} by {who}: {reason}</source>
            <translation>差し戻し {at} {who}: {reason}</translation>
        </message>
        <message>
            <source>Put it back</source>
            <translation>差し戻す</translation>
        </message>
        <message>
            <source>Put the last one back</source>
            <translation>昇格を差し戻す</translation>
        </message>
        <message>
            <source>Quality</source>
            <translation>品質</translation>
        </message>
        <message>
            <source>Quit</source>
            <translation>終了</translation>
        </message>
        <message>
            <source>Rank {rank}, temperature {temperature}.</source>
            <translation>ランク {rank}、温度 {temperature}。</translation>
        </message>
        <message>
            <source>Read again</source>
            <translation>再読み込み</translation>
        </message>
        <message>
            <source>Reading the photo …</source>
            <translation>写真を読み込み中…</translation>
        </message>
        <message>
            <source>Reading the records</source>
            <translation>記録を読んでいます</translation>
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
            <source>Ready for a voice note</source>
            <translation>音声メモをどうぞ</translation>
        </message>
        <message>
            <source>Ready to judge</source>
            <translation>判定できます</translation>
        </message>
        <message>
            <source>Reason</source>
            <translation>理由</translation>
        </message>
        <message>
            <source>Reason for the change, kept with it</source>
            <translation>変更の理由（記録されます）</translation>
        </message>
        <message>
            <source>Reason, kept in the audit trail</source>
            <translation>理由 (監査証跡に残ります)</translation>
        </message>
        <message>
            <source>Recent reviewed units</source>
            <translation>最近レビューしたワーク</translation>
        </message>
        <message>
            <source>Recent reviewed units: </source>
            <translation>最近のレビュー: </translation>
        </message>
        <message>
            <source>Record</source>
            <translation>録音</translation>
        </message>
        <message>
            <source>Remove</source>
            <translation>外す</translation>
        </message>
        <message>
            <source>Renew</source>
            <translation>更新</translation>
        </message>
        <message>
            <source>Report (PDF) …</source>
            <translation>報告書（PDF）</translation>
        </message>
        <message>
            <source>Report of</source>
            <translation>種類</translation>
        </message>
        <message>
            <source>Report of a period</source>
            <translation>期間報告書</translation>
        </message>
        <message>
            <source>Reports</source>
            <translation>報告書</translation>
        </message>
        <message>
            <source>Retake</source>
            <translation>撮り直し</translation>
        </message>
        <message>
            <source>Retire</source>
            <translation>廃止</translation>
        </message>
        <message>
            <source>Retire this sample?</source>
            <translation>この見本を廃止しますか</translation>
        </message>
        <message>
            <source>Review</source>
            <translation>確認</translation>
        </message>
        <message>
            <source>Review units that chance drew: page Review. The share is a setting.</source>
            <translation>抜取りの個体を「確認」画面で確認してください。割合は設定で変えられます。</translation>
        </message>
        <message>
            <source>Reviewed by</source>
            <translation>確認者</translation>
        </message>
        <message>
            <source>Role</source>
            <translation>役割</translation>
        </message>
        <message>
            <source>Rules</source>
            <translation>規則</translation>
        </message>
        <message>
            <source>Run beside, deciding nothing</source>
            <translation>並走させる</translation>
        </message>
        <message>
            <source>Samples</source>
            <translation>見本</translation>
        </message>
        <message>
            <source>Save</source>
            <translation>保存</translation>
        </message>
        <message>
            <source>Save CSV …</source>
            <translation>CSV で保存</translation>
        </message>
        <message>
            <source>Save PDF …</source>
            <translation>PDF で保存</translation>
        </message>
        <message>
            <source>Save XLSX …</source>
            <translation>XLSX で保存</translation>
        </message>
        <message>
            <source>Save as PDF</source>
            <translation>PDF で保存</translation>
        </message>
        <message>
            <source>Save as PNG, SVG or CSV …</source>
            <translation>PNG・SVG・CSV で保存</translation>
        </message>
        <message>
            <source>Save the chart</source>
            <translation>グラフを保存</translation>
        </message>
        <message>
            <source>Save the report</source>
            <translation>報告書を保存</translation>
        </message>
        <message>
            <source>Save this view</source>
            <translation>このビューを保存</translation>
        </message>
        <message>
            <source>Save this view …</source>
            <translation>このビューを保存…</translation>
        </message>
        <message>
            <source>Saved: {file}</source>
            <translation>保存しました：{file}</translation>
        </message>
        <message>
            <source>Say a few words.</source>
            <translation>少し話してください。</translation>
        </message>
        <message>
            <source>Say the reason</source>
            <translation>理由を録音</translation>
        </message>
        <message>
            <source>Say what the unit is first: A agree, O good, N bad.</source>
            <translation>まず判定を選んでください：A 同意、O 良品、N 不良。</translation>
        </message>
        <message>
            <source>Say what you see on the photo; it is kept in the audit trail.</source>
            <translation>写真に何が見えるかを入力してください。監査証跡に残ります。</translation>
        </message>
        <message>
            <source>Say what you see, in words or by voice.</source>
            <translation>見えたことを文字か音声で伝えてください。</translation>
        </message>
        <message>
            <source>Say who approved the sample.</source>
            <translation>承認者を入力してください。</translation>
        </message>
        <message>
            <source>Say why</source>
            <translation>理由を話す</translation>
        </message>
        <message>
            <source>Scanned code</source>
            <translation>読み取りコード</translation>
        </message>
        <message>
            <source>Scanner</source>
            <translation>スキャナ</translation>
        </message>
        <message>
            <source>Search</source>
            <translation>検索</translation>
        </message>
        <message>
            <source>Search the settings</source>
            <translation>設定を検索</translation>
        </message>
        <message>
            <source>Search: number of a unit, part, person, reason   (Ctrl+F)</source>
            <translation>検索：記録番号、品番、人、理由   (Ctrl+F)</translation>
        </message>
        <message>
            <source>Search: part, lot, serial, operator, words heard, reason   (Ctrl+F)</source>
            <translation>検索：品番、ロット、製造番号、作業者、聞き取り、理由   (Ctrl+F)</translation>
        </message>
        <message>
            <source>Searching …</source>
            <translation>検索中…</translation>
        </message>
        <message>
            <source>Second look at a label</source>
            <translation>ラベルの抜き取り確認</translation>
        </message>
        <message>
            <source>Second look at a label (sample)</source>
            <translation>ラベルの抜き取り確認</translation>
        </message>
        <message>
            <source>See the Quality page.</source>
            <translation>品質ページを確認してください。</translation>
        </message>
        <message>
            <source>See under Problems, F8.</source>
            <translation>「問題」（F8）を見てください。</translation>
        </message>
        <message>
            <source>Seed</source>
            <translation>シード</translation>
        </message>
        <message>
            <source>Send them to review</source>
            <translation>レビューへ回す</translation>
        </message>
        <message>
            <source>Sending to other systems ended by a fault; start Kensa again.</source>
            <translation>他システムへの送信が異常終了しました。Kensa を再起動してください。</translation>
        </message>
        <message>
            <source>Sent to the printer: {count} pages</source>
            <translation>印刷しました：{count} ページ</translation>
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
            <source>Set</source>
            <translation>学習セット</translation>
        </message>
        <message>
            <source>Set goals</source>
            <translation>目標を設定</translation>
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
            <source>Share</source>
            <translation>割合</translation>
        </message>
        <message>
            <source>Share of all so far</source>
            <translation>累積比率</translation>
        </message>
        <message>
            <source>Sharpness</source>
            <translation>鮮明さ</translation>
        </message>
        <message>
            <source>Shift</source>
            <translation>直</translation>
        </message>
        <message>
            <source>Shift report</source>
            <translation>直報告書</translation>
        </message>
        <message>
            <source>Show</source>
            <translation>表示</translation>
        </message>
        <message>
            <source>Side by side</source>
            <translation>並べて表示</translation>
        </message>
        <message>
            <source>Sign</source>
            <translation>署名する</translation>
        </message>
        <message>
            <source>Sign and let it in</source>
            <translation>署名して昇格</translation>
        </message>
        <message>
            <source>Sign in</source>
            <translation>サインイン</translation>
        </message>
        <message>
            <source>Sign in or lock</source>
            <translation>サインイン・ロック</translation>
        </message>
        <message>
            <source>Sign the concession</source>
            <translation>特採の署名</translation>
        </message>
        <message>
            <source>Sign the report</source>
            <translation>報告書に署名</translation>
        </message>
        <message>
            <source>Sign …</source>
            <translation>署名</translation>
        </message>
        <message>
            <source>Signature as</source>
            <translation>署名の区分</translation>
        </message>
        <message>
            <source>Signatures</source>
            <translation>電子署名</translation>
        </message>
        <message>
            <source>Simulated camera</source>
            <translation>模擬カメラ</translation>
        </message>
        <message>
            <source>Since the goals were set</source>
            <translation>目標設定から</translation>
        </message>
        <message>
            <source>Something is being trained or weighed; wait, or stop it.</source>
            <translation>学習または比較を実行中です。終わるまで待つか停止してください。</translation>
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
            <source>Split by lot, else serial number.</source>
            <translation>ロット、なければ製造番号で分割。</translation>
        </message>
        <message>
            <source>Split by lot.</source>
            <translation>ロットで分割。</translation>
        </message>
        <message>
            <source>Split by serial number.</source>
            <translation>製造番号で分割。</translation>
        </message>
        <message>
            <source>Split by unit: there are too few lots and serial numbers.</source>
            <translation>ワーク単位で分割 (ロットと製造番号が少ないため)。</translation>
        </message>
        <message>
            <source>Starting</source>
            <translation>起動中</translation>
        </message>
        <message>
            <source>Station</source>
            <translation>工程</translation>
        </message>
        <message>
            <source>Step</source>
            <translation>ステップ</translation>
        </message>
        <message>
            <source>Stop</source>
            <translation>停止</translation>
        </message>
        <message>
            <source>Stop and send</source>
            <translation>終えて送る</translation>
        </message>
        <message>
            <source>Stop; it can go on later</source>
            <translation>停止 (後で再開可)</translation>
        </message>
        <message>
            <source>Stopped. It goes on from where it was, to the same weights as without a stop.</source>
            <translation>停止しました。続きから再開でき、結果は停止しない場合と同じです。</translation>
        </message>
        <message>
            <source>Supervisor</source>
            <translation>監督者</translation>
        </message>
        <message>
            <source>Swipe</source>
            <translation>スワイプ</translation>
        </message>
        <message>
            <source>System</source>
            <translation>システム</translation>
        </message>
        <message>
            <source>Take back the last</source>
            <translation>直前を取り消す</translation>
        </message>
        <message>
            <source>Take photo</source>
            <translation>撮影</translation>
        </message>
        <message>
            <source>Takt</source>
            <translation>タクト</translation>
        </message>
        <message>
            <source>Takt time</source>
            <translation>タクトタイム</translation>
        </message>
        <message>
            <source>Target takt (s)</source>
            <translation>目標タクト（秒）</translation>
        </message>
        <message>
            <source>Test the camera</source>
            <translation>カメラをテスト</translation>
        </message>
        <message>
            <source>Test the microphone</source>
            <translation>マイクをテスト</translation>
        </message>
        <message>
            <source>Testing the model</source>
            <translation>モデルの自己診断中</translation>
        </message>
        <message>
            <source>The MQTT broker cannot prove who it is; check its certificates in the settings.</source>
            <translation>MQTT ブローカーの証明書を検証できません。証明書の設定を確認してください。</translation>
        </message>
        <message>
            <source>The MQTT broker does not answer; verdicts wait on the disk until it does.</source>
            <translation>MQTT ブローカーが応答しません。判定は復旧までディスクに保管します。</translation>
        </message>
        <message>
            <source>The MQTT broker refuses this station; check user and password in the settings.</source>
            <translation>MQTT ブローカーに接続を拒否されました。ユーザーとパスワードを確認してください。</translation>
        </message>
        <message>
            <source>The PIN is theirs alone: let them type it.</source>
            <translation>PIN は本人だけのものです。本人に入力してもらってください。</translation>
        </message>
        <message>
            <source>The adapter before the newest promotion judges from the next unit on.</source>
            <translation>次のワークから、直前の昇格より前のアダプタが判定します。</translation>
        </message>
        <message>
            <source>The adapter cannot be used with this model; choose another.</source>
            <translation>このモデルではアダプタを使えません。別のアダプタを選んでください。</translation>
        </message>
        <message>
            <source>The adapter has not judged enough units beside the active one; let it run along for longer.</source>
            <translation>並走の数が足りません。もうしばらく並走させてください。</translation>
        </message>
        <message>
            <source>The adapter's own thresholds stand: OK below {low}, NG above {high}.</source>
            <translation>アダプタ自身のしきい値: {low} 未満は OK、{high} 超は NG。</translation>
        </message>
        <message>
            <source>The anchor of the audit trail cannot be read; put it aside, a new one is begun.</source>
            <translation>監査証跡のアンカーを読めません。ファイルを退避すると新しく作られます。</translation>
        </message>
        <message>
            <source>The backup is damaged or no backup; nothing was changed. Choose another one.</source>
            <translation>バックアップが壊れているか、バックアップではありません。何も変更していません。別のファイルを選んでください。</translation>
        </message>
        <message>
            <source>The camera cannot be opened; close other programs that use it, or reconnect it.</source>
            <translation>カメラを開けません。使用中の他のプログラムを閉じるか、接続し直してください。</translation>
        </message>
        <message>
            <source>The camera failed; reconnect it.</source>
            <translation>カメラに異常が起きました。接続し直してください。</translation>
        </message>
        <message>
            <source>The camera gives no more pictures; check its cable.</source>
            <translation>カメラから画像が来なくなりました。ケーブルを確認してください。</translation>
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
            <source>The candidate beside failed several times and judges beside no more. The line is not touched; compare it with the gate, or train it again.</source>
            <translation>並走中の候補が何度か失敗したため、並走を止めました。ラインには影響ありません。ゲートで比較するか、学習し直してください。</translation>
        </message>
        <message>
            <source>The check was not finished</source>
            <translation>検証を完了できませんでした</translation>
        </message>
        <message>
            <source>The code belongs to no part that is known; type it instead.</source>
            <translation>登録された品番のコードではありません。手で入力してください。</translation>
        </message>
        <message>
            <source>The code of a badge has 6 to 100 characters; scan it again.</source>
            <translation>バッジのコードは 6〜100 文字です。もう一度読み取ってください。</translation>
        </message>
        <message>
            <source>The copy in a training set could not be erased; check the disk, then erase again.</source>
            <translation>学習セット内の写しを消去できません。ディスクを確認して再度消去してください。</translation>
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
            <source>The entry in full</source>
            <translation>項目の詳細</translation>
        </message>
        <message>
            <source>The figures could not be counted; see Problems.</source>
            <translation>集計できませんでした。「問題」を見てください。</translation>
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
            <source>The file of the broker's certificates cannot be used; check it in the settings.</source>
            <translation>ブローカーの証明書ファイルを使えません。設定を確認してください。</translation>
        </message>
        <message>
            <source>The first person</source>
            <translation>最初の管理者</translation>
        </message>
        <message>
            <source>The first person must be a quality administrator; choose that role.</source>
            <translation>最初の人は品質管理者でなければなりません。その役割を選んでください。</translation>
        </message>
        <message>
            <source>The first time takes a little longer.</source>
            <translation>最初は少し時間がかかります。</translation>
        </message>
        <message>
            <source>The folder does not exist; check the path or the share.</source>
            <translation>フォルダがありません。パスか共有を確認してください。</translation>
        </message>
        <message>
            <source>The folder for other systems is not there; check it or the network drive.</source>
            <translation>連携フォルダが見つかりません。フォルダまたは共有ドライブを確認してください。</translation>
        </message>
        <message>
            <source>The folder has no metadata.csv; choose a labelled folder.</source>
            <translation>フォルダに metadata.csv がありません。ラベル付きフォルダを選んでください。</translation>
        </message>
        <message>
            <source>The full texts of all libraries lie in {folder}.</source>
            <translation>全ライブラリのライセンス全文は {folder} にあります。</translation>
        </message>
        <message>
            <source>The gate is closed: the adapter is not let in.</source>
            <translation>関門を通過していないため、昇格できません。</translation>
        </message>
        <message>
            <source>The gate is open: not measurably worse.</source>
            <translation>関門を通過: 悪化は認められません。</translation>
        </message>
        <message>
            <source>The gate stays closed.</source>
            <translation>関門を通過できません。</translation>
        </message>
        <message>
            <source>The golden evaluation set has {bad} bad and {good} good units; 4 of each are needed.</source>
            <translation>固定評価セットは不良 {bad} 個、良品 {good} 個です。各 4 個以上必要です。</translation>
        </message>
        <message>
            <source>The golden sample of this part has expired; have it renewed.</source>
            <translation>この品番の良品見本は期限切れです。更新してください。</translation>
        </message>
        <message>
            <source>The judges are loaded in a process of their own; the line goes on.</source>
            <translation>別プロセスでモデルを読み込んでいます。ラインの判定は続きます。</translation>
        </message>
        <message>
            <source>The key is not valid: 64 hexadecimal digits are needed.</source>
            <translation>鍵が正しくありません。16 進数 64 桁が必要です。</translation>
        </message>
        <message>
            <source>The label is right</source>
            <translation>ラベルは正しい</translation>
        </message>
        <message>
            <source>The label is wrong</source>
            <translation>ラベルは誤り</translation>
        </message>
        <message>
            <source>The label says {verdict}, a later review {other}: freeze the set anew.</source>
            <translation>ラベルは「{verdict}」ですが、その後のレビューは「{other}」です。セットを固定し直してください。</translation>
        </message>
        <message>
            <source>The label says {verdict}, another review said {other}: look at it again.</source>
            <translation>ラベルは「{verdict}」ですが、別のレビューは「{other}」でした。もう一度確認してください。</translation>
        </message>
        <message>
            <source>The label says {verdict}, the photo looks like the {other} ones: look at it again.</source>
            <translation>ラベルは「{verdict}」ですが、写真は「{other}」のものに似ています。もう一度確認してください。</translation>
        </message>
        <message>
            <source>The label says {verdict}; it was drawn at random, and a second look says the same.</source>
            <translation>ラベルは{verdict}です。抜き取り確認の結果も同じでした。</translation>
        </message>
        <message>
            <source>The label says {verdict}; it was drawn at random: look at it again.</source>
            <translation>ラベルは{verdict}です。抜き取り確認の対象です。もう一度見てください。</translation>
        </message>
        <message>
            <source>The labels are being looked at.</source>
            <translation>ラベルを点検しています。</translation>
        </message>
        <message>
            <source>The labels of this set were not checked yet; check them first.</source>
            <translation>このセットのラベルはまだ点検されていません。先に点検してください。</translation>
        </message>
        <message>
            <source>The labels were not checked yet.</source>
            <translation>ラベルはまだ点検されていません。</translation>
        </message>
        <message>
            <source>The last picture came {seconds} s ago.</source>
            <translation>最後の映像は {seconds} 秒前です。</translation>
        </message>
        <message>
            <source>The microphone cannot be opened; close other programs that use it, or reconnect it.</source>
            <translation>マイクを開けません。使用中の他のプログラムを閉じるか、接続し直してください。</translation>
        </message>
        <message>
            <source>The microphone gives nothing; check its plug, or choose another in the settings.</source>
            <translation>マイクから音が来ません。プラグを確認するか、設定で別のマイクを選んでください。</translation>
        </message>
        <message>
            <source>The microphone is not plugged in; connect it, or choose another in the settings.</source>
            <translation>マイクが接続されていません。接続するか、設定で別のマイクを選んでください。</translation>
        </message>
        <message>
            <source>The microphone works.</source>
            <translation>マイクは正常です。</translation>
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
            <source>The model is right</source>
            <translation>AI の判定に同意</translation>
        </message>
        <message>
            <source>The model took too long for a unit; it is inconclusive, and the model is loaded anew.</source>
            <translation>モデルの判定が時間を超えました。この品は「要確認」とし、モデルを読み込み直します。</translation>
        </message>
        <message>
            <source>The model's files are damaged or incomplete; install the model again.</source>
            <translation>モデルのファイルが壊れているか足りません。モデルを入れ直してください。</translation>
        </message>
        <message>
            <source>The model's own</source>
            <translation>モデル付属</translation>
        </message>
        <message>
            <source>The model's own adapter</source>
            <translation>モデル標準アダプタ</translation>
        </message>
        <message>
            <source>The name is kept with every unit. People with a PIN are registered under People, Ctrl+Shift+P.</source>
            <translation>名前はすべての記録に残ります。PIN を持つユーザーは「ユーザー」（Ctrl+Shift+P）で登録します。</translation>
        </message>
        <message>
            <source>The name of the file must end with .csv, .xlsx or .pdf.</source>
            <translation>ファイル名は .csv、.xlsx、.pdf のいずれかで終わるようにしてください。</translation>
        </message>
        <message>
            <source>The next unit can be begun: Enter or F2.</source>
            <translation>Enter か F2 で次の製品を始められます。</translation>
        </message>
        <message>
            <source>The notes and what they say are gone for good, in training sets too; verdict and record stay.</source>
            <translation>音声と文字起こしは学習セットからも完全に消去されます。判定と記録は残ります。</translation>
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
            <source>The photo does not show it well</source>
            <translation>写真では分かりにくい</translation>
        </message>
        <message>
            <source>The photo has too few pixels to see anything; take a larger one.</source>
            <translation>写真が小さすぎて判定できません。大きく撮り直してください。</translation>
        </message>
        <message>
            <source>The photo is blurred; hold the part still, or set the focus.</source>
            <translation>写真がぼけています。製品を固定するか、ピントを合わせてください。</translation>
        </message>
        <message>
            <source>The photo is damaged or cut off; take or copy it again.</source>
            <translation>写真が壊れているか途中で切れています。撮り直すか、コピーし直してください。</translation>
        </message>
        <message>
            <source>The photo is not there any more</source>
            <translation>写真は残っていません</translation>
        </message>
        <message>
            <source>The photo is too bright; lower the light or the exposure.</source>
            <translation>写真が明るすぎます。照明か露光を下げてください。</translation>
        </message>
        <message>
            <source>The photo is too dark; give more light.</source>
            <translation>写真が暗すぎます。照明を明るくしてください。</translation>
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
            <source>The photos have changed: {adapter}</source>
            <translation>判定の傾向が変わりました: {adapter}</translation>
        </message>
        <message>
            <source>The picture is on the clipboard.</source>
            <translation>画像をクリップボードに入れました。</translation>
        </message>
        <message>
            <source>The policy of privacy is not valid; correct it.</source>
            <translation>プライバシー方針が正しくありません。修正してください。</translation>
        </message>
        <message>
            <source>The printer cannot be reached; check it, or save a PDF.</source>
            <translation>プリンタに送れません。確認するか、PDF で保存してください。</translation>
        </message>
        <message>
            <source>The probabilities of the last 7 days ({units} units) are spread otherwise than at first (PSI {psi}, KS {ks}).</source>
            <translation>直近 7 日間 ({units} 個) の確率分布が導入当初と異なります (PSI {psi}、KS {ks})。</translation>
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
            <source>The records could not be brought up to date and are as they were. Use the Kensa that wrote them, or salvage.</source>
            <translation>記録を新しい形式に更新できませんでした。元のままです。以前の版の Kensa で続けるか、kensa salvage を実行してください。</translation>
        </message>
        <message>
            <source>The records were written by a newer Kensa; update the program.</source>
            <translation>記録は新しい版の Kensa で書かれています。プログラムを更新してください。</translation>
        </message>
        <message>
            <source>The records were written by an older Kensa; open them once to write first.</source>
            <translation>古い Kensa の記録です。先に一度、通常の方法で開いてください。</translation>
        </message>
        <message>
            <source>The region of interest does not fit; give left, top, width, height in per cent.</source>
            <translation>対象範囲が正しくありません。左, 上, 幅, 高さを % で指定してください。</translation>
        </message>
        <message>
            <source>The same photo has both verdicts; it is not in the set.</source>
            <translation>同じ写真に両方の判定があるため、学習セットから除きました。</translation>
        </message>
        <message>
            <source>The sample photos are missing; set the program up again.</source>
            <translation>見本の写真がありません。プログラムを設定し直してください。</translation>
        </message>
        <message>
            <source>The station is open: nothing is asked. Add the first person, and everybody signs in from then on.</source>
            <translation>サインインなしで使えます。最初の管理者を追加すると、以後は全員がサインインします。</translation>
        </message>
        <message>
            <source>The stream does not answer; check its address, password, network and power.</source>
            <translation>ストリームが応答しません。アドレス、パスワード、ネットワーク、電源を確認してください。</translation>
        </message>
        <message>
            <source>The stream has stopped; check the network and the camera's power.</source>
            <translation>ストリームが止まりました。ネットワークとカメラの電源を確認してください。</translation>
        </message>
        <message>
            <source>The table is on the clipboard.</source>
            <translation>表をクリップボードに入れました。</translation>
        </message>
        <message>
            <source>The table metadata.csv is not valid; the details say what is wrong.</source>
            <translation>metadata.csv が正しくありません。詳細を確認してください。</translation>
        </message>
        <message>
            <source>The text is too long; shorten it.</source>
            <translation>文が長すぎます。短くしてください。</translation>
        </message>
        <message>
            <source>The thresholds of the station or the part stand: OK below {low}, NG above {high}.</source>
            <translation>工程または品番のしきい値: {low} 未満は OK、{high} 超は NG。</translation>
        </message>
        <message>
            <source>The training begins in a process of its own; the line goes on judging.</source>
            <translation>別プロセスで学習を開始します。ラインの判定は続きます。</translation>
        </message>
        <message>
            <source>The training set cannot be read; freeze it again.</source>
            <translation>学習セットを読めません。固定し直してください。</translation>
        </message>
        <message>
            <source>The training set has nothing to see and nothing to hear; freeze another.</source>
            <translation>学習セットに使える写真も音声もありません。別のセットを固定してください。</translation>
        </message>
        <message>
            <source>The training set is not what was frozen; freeze it again.</source>
            <translation>学習セットが固定時から変わっています。固定し直してください。</translation>
        </message>
        <message>
            <source>The training set needs both good and bad units to learn from; add some.</source>
            <translation>学習には良品と不良の両方が必要です。追加してください。</translation>
        </message>
        <message>
            <source>The two PINs are not the same; type them again.</source>
            <translation>2 つの PIN が一致しません。入力し直してください。</translation>
        </message>
        <message>
            <source>The unit is judged by its voice note alone.</source>
            <translation>音声メモだけで判定します。</translation>
        </message>
        <message>
            <source>The units of today appear here, each with its verdict.</source>
            <translation>今日の製品が判定とともにここに並びます。</translation>
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
            <source>The voice note is distorted; speak less close.</source>
            <translation>音声メモが音割れしています。マイクから少し離れてください。</translation>
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
            <source>The voice note is very quiet; speak up.</source>
            <translation>音声メモの声が小さすぎます。大きな声で話してください。</translation>
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
            <source>The voice note was heard wrongly</source>
            <translation>音声メモの聞き取りが違う</translation>
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
            <source>The whole part</source>
            <translation>品番全体</translation>
        </message>
        <message>
            <source>The work in the background ended too early; the log says why. Start it again.</source>
            <translation>バックグラウンド処理が途中で終了しました。ログを確認して再実行してください。</translation>
        </message>
        <message>
            <source>The work in the background was not understood; start it again.</source>
            <translation>バックグラウンド処理を開始できません。再実行してください。</translation>
        </message>
        <message>
            <source>The {by} tells good from bad: {high_bad} of {high_units} are NG with {high}, {low_bad} of {low_units} with {low} (p = {p}). Add good units with {high} or bad ones with {low}.</source>
            <translation>{by}で良否が分かれてしまいます: {high} は {high_units} 個中 {high_bad} 個が NG、{low} は {low_units} 個中 {low_bad} 個 (p = {p})。{high} の良品か {low} の不良を追加してください。</translation>
        </message>
        <message>
            <source>There are 100 views already; delete one of them first.</source>
            <translation>ビューは 100 個までです。どれかを削除してください。</translation>
        </message>
        <message>
            <source>There are no records in this data folder yet; open it to write first.</source>
            <translation>このデータフォルダにはまだ記録がありません。先に通常の方法で開いてください。</translation>
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
            <source>There is no such training set; choose another.</source>
            <translation>その学習セットはありません。別のものを選んでください。</translation>
        </message>
        <message>
            <source>There is not enough memory for a second model; compare at the gate instead.</source>
            <translation>2 つ目のモデルを載せるメモリが足りません。比較で評価してください。</translation>
        </message>
        <message>
            <source>This adapter judges already; choose another to run beside it.</source>
            <translation>このアダプタは現在判定中です。別のものを並走させてください。</translation>
        </message>
        <message>
            <source>This adapter was not compared with what judges now; compare it first.</source>
            <translation>現行アダプタとまだ比較していません。先に比較してください。</translation>
        </message>
        <message>
            <source>This badge is not registered here; sign in by name and PIN.</source>
            <translation>このバッジは登録されていません。名前と PIN でサインインしてください。</translation>
        </message>
        <message>
            <source>This cannot be a name; give 1 to 100 letters.</source>
            <translation>名前に使えません。1〜100 文字で入力してください。</translation>
        </message>
        <message>
            <source>This file is refused whole: it was changed, or it does not fit this station; the details say why.</source>
            <translation>このファイルは受け付けられません。改変されたか、この工程に合いません。詳細を確認してください。</translation>
        </message>
        <message>
            <source>This is a folder; name a file.</source>
            <translation>これはフォルダーです。ファイルを指定してください。</translation>
        </message>
        <message>
            <source>This is no adapter; a file is missing.</source>
            <translation>アダプタではありません。ファイルが足りません。</translation>
        </message>
        <message>
            <source>This is no agreement study that can be used; choose another, or restore a backup.</source>
            <translation>この計数値MSAは使えません。別のものを選ぶか、バックアップから戻してください。</translation>
        </message>
        <message>
            <source>This is no frozen training set; freeze it first.</source>
            <translation>固定された学習セットではありません。先に固定してください。</translation>
        </message>
        <message>
            <source>This is no video that can be played; choose another file.</source>
            <translation>再生できる動画ではありません。別のファイルを選んでください。</translation>
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
            <source>This is the last quality administrator; make somebody else one first.</source>
            <translation>最後の品質管理者です。先に別の人を品質管理者にしてください。</translation>
        </message>
        <message>
            <source>This may take some minutes.</source>
            <translation>数分かかることがあります。</translation>
        </message>
        <message>
            <source>This model cannot judge that kind of sample; choose another model.</source>
            <translation>このモデルではこの組み合わせを判定できません。別のモデルを選んでください。</translation>
        </message>
        <message>
            <source>This name is registered already; choose another.</source>
            <translation>この名前は登録済みです。別の名前にしてください。</translation>
        </message>
        <message>
            <source>This names no camera; give a number, an address, a folder, a file or simulated.</source>
            <translation>カメラの指定ではありません。番号、アドレス、フォルダ、ファイル、simulated のいずれかにしてください。</translation>
        </message>
        <message>
            <source>This needs your electronic signature; give your PIN.</source>
            <translation>電子署名が必要です。PIN を入力してください。</translation>
        </message>
        <message>
            <source>This part has no golden sample to compare with; add one.</source>
            <translation>この品番には比較する良品見本がありません。登録してください。</translation>
        </message>
        <message>
            <source>This part is not judged by photo or voice in this way; leave that out.</source>
            <translation>この品番では、その写真または音声は使いません。外してください。</translation>
        </message>
        <message>
            <source>This part needs a photo; add it.</source>
            <translation>この品番には写真が必要です。追加してください。</translation>
        </message>
        <message>
            <source>This part needs a voice note; add it.</source>
            <translation>この品番には音声メモが必要です。追加してください。</translation>
        </message>
        <message>
            <source>This person may not work here any more; ask a quality administrator.</source>
            <translation>この人はここで作業できません。品質管理者に確認してください。</translation>
        </message>
        <message>
            <source>This serial number was inspected before; check the unit.</source>
            <translation>この製造番号は検査済みです。製品を確認してください。</translation>
        </message>
        <message>
            <source>This station's key</source>
            <translation>この工程の鍵</translation>
        </message>
        <message>
            <source>This study was changed by another hand; restore a backup.</source>
            <translation>この計数値MSAの記録は書き換えられています。バックアップから戻してください。</translation>
        </message>
        <message>
            <source>This unit has no voice note; there is nothing to correct.</source>
            <translation>この製品には音声メモがなく、修正するものがありません。</translation>
        </message>
        <message>
            <source>This unit is not in the training set; see its metadata.csv.</source>
            <translation>このワークは学習セットにありません。metadata.csv を確認してください。</translation>
        </message>
        <message>
            <source>This unit was not judged yet; wait until it is.</source>
            <translation>この製品はまだ判定されていません。判定を待ってください。</translation>
        </message>
        <message>
            <source>This unit was withdrawn or taken anew; it counts no more.</source>
            <translation>この製品は取り消しまたは撮り直し済みで、集計に入りません。</translation>
        </message>
        <message>
            <source>This user may not use the camera; add them to the group video.</source>
            <translation>このユーザーはカメラを使えません。video グループに加えてください。</translation>
        </message>
        <message>
            <source>This week {changed} of {reviewed} reviewed verdicts were changed ({rate} %, usually {usual} %).</source>
            <translation>今週はレビュー {reviewed} 件中 {changed} 件が修正されました ({rate} %、通常 {usual} %)。</translation>
        </message>
        <message>
            <source>This window only reads, since another one has the data folder open; work there.</source>
            <translation>別のウィンドウがデータフォルダを開いているため、このウィンドウは閲覧専用です。もう一方で操作してください。</translation>
        </message>
        <message>
            <source>Thresholds</source>
            <translation>しきい値</translation>
        </message>
        <message>
            <source>Thresholds chosen anew on the golden evaluation set: OK below {low}, NG above {high}.</source>
            <translation>固定評価セットで決め直したしきい値: {low} 未満は OK、{high} 超は NG。</translation>
        </message>
        <message>
            <source>Time</source>
            <translation>時刻</translation>
        </message>
        <message>
            <source>Time left</source>
            <translation>残り時間</translation>
        </message>
        <message>
            <source>To</source>
            <translation>終了</translation>
        </message>
        <message>
            <source>To learn</source>
            <translation>学習用</translation>
        </message>
        <message>
            <source>To measure</source>
            <translation>評価用</translation>
        </message>
        <message>
            <source>To stop by</source>
            <translation>検証用</translation>
        </message>
        <message>
            <source>Today</source>
            <translation>今日</translation>
        </message>
        <message>
            <source>Told apart by</source>
            <translation>層別</translation>
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
            <source>Too few units with a photo to hold their labels against each other.</source>
            <translation>写真のあるワークが少なすぎて、ラベルどうしを照合できません。</translation>
        </message>
        <message>
            <source>Too many failed attempts; wait a little and try again.</source>
            <translation>失敗が続きました。少し待ってからもう一度入力してください。</translation>
        </message>
        <message>
            <source>Too many failed attempts; wait {seconds} seconds and try again.</source>
            <translation>失敗が続きました。{seconds} 秒待ってからもう一度入力してください。</translation>
        </message>
        <message>
            <source>Took</source>
            <translation>所要時間</translation>
        </message>
        <message>
            <source>Train</source>
            <translation>学習開始</translation>
        </message>
        <message>
            <source>Train an adapter</source>
            <translation>アダプタの学習</translation>
        </message>
        <message>
            <source>Train an adapter first.</source>
            <translation>先にアダプタを学習してください。</translation>
        </message>
        <message>
            <source>Train on it</source>
            <translation>学習する</translation>
        </message>
        <message>
            <source>Train: {changed} verdicts were corrected since the last set was frozen.</source>
            <translation>学習の時期です。前回の固定以降、{changed} 件の判定が修正されました。</translation>
        </message>
        <message>
            <source>Trained on {set} by {who}, {when}.</source>
            <translation>学習セット {set}、{who}、{when}。</translation>
        </message>
        <message>
            <source>Training</source>
            <translation>学習</translation>
        </message>
        <message>
            <source>Training set</source>
            <translation>学習セット</translation>
        </message>
        <message>
            <source>Training sets</source>
            <translation>学習セット</translation>
        </message>
        <message>
            <source>Transcripts</source>
            <translation>文字起こし</translation>
        </message>
        <message>
            <source>Trials</source>
            <translation>繰返し回数</translation>
        </message>
        <message>
            <source>Trust</source>
            <translation>信頼する</translation>
        </message>
        <message>
            <source>Trusted keys</source>
            <translation>信頼する鍵</translation>
        </message>
        <message>
            <source>Trusted stations</source>
            <translation>信頼する工程</translation>
        </message>
        <message>
            <source>Try fewer letters or conditions: Ctrl+0.</source>
            <translation>文字や条件を減らしてください (Ctrl+0)。</translation>
        </message>
        <message>
            <source>Undo the last</source>
            <translation>直前を取り消す</translation>
        </message>
        <message>
            <source>Unit before</source>
            <translation>前の品物</translation>
        </message>
        <message>
            <source>Unit without an answer</source>
            <translation>未回答の製品へ</translation>
        </message>
        <message>
            <source>Units</source>
            <translation>検査数</translation>
        </message>
        <message>
            <source>Units that chance draws must be reviewed; the share is a setting.</source>
            <translation>抜取りの個体の確認が必要です。割合は設定で変えられます。</translation>
        </message>
        <message>
            <source>Upper limit</source>
            <translation>上方管理限界</translation>
        </message>
        <message>
            <source>Validation units</source>
            <translation>検証の損失</translation>
        </message>
        <message>
            <source>Verdict</source>
            <translation>判定</translation>
        </message>
        <message>
            <source>Verdicts are seen, not heard.</source>
            <translation>判定音は鳴りませんが、画面で分かります。</translation>
        </message>
        <message>
            <source>Verdicts wait on the disk, and are sent when they answer again. See the settings.</source>
            <translation>判定はディスクに保管し、復旧後に送信します。設定を確認してください。</translation>
        </message>
        <message>
            <source>Version {number}</source>
            <translation>第 {number} 版</translation>
        </message>
        <message>
            <source>Version {number}: not in force any more.</source>
            <translation>第 {number} 版：現在は使われていません。</translation>
        </message>
        <message>
            <source>Versions</source>
            <translation>版の履歴</translation>
        </message>
        <message>
            <source>Views</source>
            <translation>ビュー</translation>
        </message>
        <message>
            <source>Voice against photo</source>
            <translation>音声と写真が相違</translation>
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
            <source>Voice notes</source>
            <translation>音声メモ</translation>
        </message>
        <message>
            <source>Waiting</source>
            <translation>判定待ち</translation>
        </message>
        <message>
            <source>Warming up</source>
            <translation>準備運転中</translation>
        </message>
        <message>
            <source>Week</source>
            <translation>週</translation>
        </message>
        <message>
            <source>Week by week</source>
            <translation>週ごとの推移</translation>
        </message>
        <message>
            <source>What</source>
            <translation>何を</translation>
        </message>
        <message>
            <source>What a miss costs</source>
            <translation>見逃しの重み</translation>
        </message>
        <message>
            <source>What an overkill costs</source>
            <translation>過検出の重み</translation>
        </message>
        <message>
            <source>What came of it</source>
            <translation>結果</translation>
        </message>
        <message>
            <source>What each part is judged by. A change holds from the next unit on.</source>
            <translation>品番ごとの判定の条件です。変更は次の製品から有効です。</translation>
        </message>
        <message>
            <source>What is done with the unit</source>
            <translation>処置</translation>
        </message>
        <message>
            <source>What is erased is gone for good; the record, its verdict and its hashes stay.</source>
            <translation>消去したものは元に戻せません。記録・判定・ハッシュは残ります。</translation>
        </message>
        <message>
            <source>What is inspected here first, and where: line and station are kept with every unit.</source>
            <translation>最初に検査する品番と場所。ラインと工程はすべての記録に残ります。</translation>
        </message>
        <message>
            <source>What is wrong with this verdict? The supervisor decides about the unit.</source>
            <translation>この判定のどこが違いますか。製品は監督者が判断します。</translation>
        </message>
        <message>
            <source>What it shows</source>
            <translation>示す内容</translation>
        </message>
        <message>
            <source>What judged it, and hashes</source>
            <translation>判定に使ったものとハッシュ</translation>
        </message>
        <message>
            <source>What support asks for; Ctrl+C copies it.</source>
            <translation>お問い合わせの際に必要な情報です。Ctrl+C でコピーできます。</translation>
        </message>
        <message>
            <source>What the window speaks. It can be changed at any time in the settings.</source>
            <translation>画面の言語です。設定でいつでも変更できます。</translation>
        </message>
        <message>
            <source>What to do next</source>
            <translation>次にすること</translation>
        </message>
        <message>
            <source>What was entered contradicts itself; correct it.</source>
            <translation>入力内容が矛盾しています。直してください。</translation>
        </message>
        <message>
            <source>What was said of one unit</source>
            <translation>1 個の判定の内訳</translation>
        </message>
        <message>
            <source>What you see on the photo</source>
            <translation>写真に見えるもの</translation>
        </message>
        <message>
            <source>When</source>
            <translation>日時</translation>
        </message>
        <message>
            <source>Which units</source>
            <translation>対象</translation>
        </message>
        <message>
            <source>Who</source>
            <translation>誰が</translation>
        </message>
        <message>
            <source>Who is signed in does not judge in this study; sign in as one of those who do.</source>
            <translation>いまの作業者はこの計数値MSAの判定者ではありません。判定者として切り替えてください。</translation>
        </message>
        <message>
            <source>Who judges</source>
            <translation>判定者</translation>
        </message>
        <message>
            <source>Who looks after the people here. Left empty, the station is open: nobody signs in, nothing is asked.</source>
            <translation>ユーザーを管理する人です。空欄のままならサインインなしで使えます。</translation>
        </message>
        <message>
            <source>Who may sign in here, and as what. What they did stays theirs.</source>
            <translation>この工程にサインインできる人と役割です。過去の記録はそのまま残ります。</translation>
        </message>
        <message>
            <source>Who works here?</source>
            <translation>作業者を入力</translation>
        </message>
        <message>
            <source>Whoever looks after the people of this station. From then on everybody signs in, by PIN or badge.</source>
            <translation>この工程のユーザーを管理する人です。登録後は全員が PIN またはバッジでサインインします。</translation>
        </message>
        <message>
            <source>Whose key it is</source>
            <translation>鍵の持ち主</translation>
        </message>
        <message>
            <source>Why they wait</source>
            <translation>確認の理由</translation>
        </message>
        <message>
            <source>Withdrawn</source>
            <translation>取り消し済み</translation>
        </message>
        <message>
            <source>Work order</source>
            <translation>製造指図</translation>
        </message>
        <message>
            <source>Working day</source>
            <translation>作業日</translation>
        </message>
        <message>
            <source>Worse for {by} {group}: of {units} bad units {new} are missed, {active} until now (p = {p}).</source>
            <translation>{by}「{group}」で悪化: 不良 {units} 個中の見逃しが {active} 個から {new} 個に (p = {p})。</translation>
        </message>
        <message>
            <source>Worse for {by} {group}: of {units} good units {new} are rejected, {active} until now (p = {p}).</source>
            <translation>{by}「{group}」で悪化: 良品 {units} 個中の過検出が {active} 個から {new} 個に (p = {p})。</translation>
        </message>
        <message>
            <source>Write the reason</source>
            <translation>理由を入力</translation>
        </message>
        <message>
            <source>Yesterday</source>
            <translation>昨日</translation>
        </message>
        <message>
            <source>Yield</source>
            <translation>良品率</translation>
        </message>
        <message>
            <source>Yield by {group}</source>
            <translation>{group}別の良品率</translation>
        </message>
        <message>
            <source>You have no right to do this; ask a supervisor.</source>
            <translation>この操作の権限がありません。監督者に依頼してください。</translation>
        </message>
        <message>
            <source>Your PIN, as signature</source>
            <translation>署名 (PIN)</translation>
        </message>
        <message>
            <source>Your name, the time and the hash of what the report says are kept in the audit trail.</source>
            <translation>氏名・時刻・報告内容のハッシュ値が監査証跡に残ります。</translation>
        </message>
        <message>
            <source>a candidate failed at it</source>
            <translation>候補の並走判定が失敗</translation>
        </message>
        <message>
            <source>a golden or limit sample expires soon</source>
            <translation>良品見本または限度見本の期限が近い</translation>
        </message>
        <message>
            <source>a golden or limit sample has expired</source>
            <translation>良品見本または限度見本が期限切れ</translation>
        </message>
        <message>
            <source>accept</source>
            <translation>合格</translation>
        </message>
        <message>
            <source>adapter</source>
            <translation>アダプタ</translation>
        </message>
        <message>
            <source>adapter found that nothing was told of</source>
            <translation>記録のないアダプタの発見</translation>
        </message>
        <message>
            <source>adapter let in</source>
            <translation>アダプタ昇格</translation>
        </message>
        <message>
            <source>adapter rolled back</source>
            <translation>アダプタ差し戻し</translation>
        </message>
        <message>
            <source>adapter taken in</source>
            <translation>アダプタの取り込み</translation>
        </message>
        <message>
            <source>adapter trained</source>
            <translation>アダプタの学習</translation>
        </message>
        <message>
            <source>adapter written to a file</source>
            <translation>アダプタの書き出し</translation>
        </message>
        <message>
            <source>agreement study finished</source>
            <translation>一致度調査の完了</translation>
        </message>
        <message>
            <source>agreement study made</source>
            <translation>一致度調査の作成</translation>
        </message>
        <message>
            <source>all judged</source>
            <translation>判定終了</translation>
        </message>
        <message>
            <source>all parts</source>
            <translation>すべての品番</translation>
        </message>
        <message>
            <source>all; else names with commas: scratch, chip</source>
            <translation>すべて。限定する場合はカンマ区切り: scratch, chip</translation>
        </message>
        <message>
            <source>and are right: {share}</source>
            <translation>かつ正しい：{share}</translation>
        </message>
        <message>
            <source>another candidate judges beside</source>
            <translation>並走する候補の変更</translation>
        </message>
        <message>
            <source>approved</source>
            <translation>承認</translation>
        </message>
        <message>
            <source>as the part or the folder</source>
            <translation>品番またはフォルダの名前</translation>
        </message>
        <message>
            <source>as {example}</source>
            <translation>例 {example}</translation>
        </message>
        <message>
            <source>asked anew</source>
            <translation>毎回入力</translation>
        </message>
        <message>
            <source>at least</source>
            <translation>以上</translation>
        </message>
        <message>
            <source>at most</source>
            <translation>以下</translation>
        </message>
        <message>
            <source>automatic</source>
            <translation>自動</translation>
        </message>
        <message>
            <source>backed up</source>
            <translation>バックアップ</translation>
        </message>
        <message>
            <source>being judged</source>
            <translation>判定中</translation>
        </message>
        <message>
            <source>being written down …</source>
            <translation>文字にしています…</translation>
        </message>
        <message>
            <source>beside</source>
            <translation>並走中</translation>
        </message>
        <message>
            <source>beyond 3 sigma</source>
            <translation>3σの外</translation>
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
            <source>bright</source>
            <translation>明</translation>
        </message>
        <message>
            <source>candidate disagrees</source>
            <translation>候補アダプタと相違</translation>
        </message>
        <message>
            <source>captured</source>
            <translation>撮影</translation>
        </message>
        <message>
            <source>caution</source>
            <translation>注意</translation>
        </message>
        <message>
            <source>centre</source>
            <translation>中央</translation>
        </message>
        <message>
            <source>changed</source>
            <translation>修正</translation>
        </message>
        <message>
            <source>chip</source>
            <translation>欠け</translation>
        </message>
        <message>
            <source>concession</source>
            <translation>特採</translation>
        </message>
        <message>
            <source>confirmed</source>
            <translation>同意</translation>
        </message>
        <message>
            <source>could not be judged</source>
            <translation>判定不可</translation>
        </message>
        <message>
            <source>counted up</source>
            <translation>1 ずつ増やす</translation>
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
            <source>damaged</source>
            <translation>破損</translation>
        </message>
        <message>
            <source>dark</source>
            <translation>暗</translation>
        </message>
        <message>
            <source>decided</source>
            <translation>決定</translation>
        </message>
        <message>
            <source>decided already</source>
            <translation>確認済み</translation>
        </message>
        <message>
            <source>defect class</source>
            <translation>欠点分類</translation>
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
            <source>disagrees, by voice</source>
            <translation>異議 (音声)</translation>
        </message>
        <message>
            <source>distorted: speak less close</source>
            <translation>音割れ：少し離れて</translation>
        </message>
        <message>
            <source>engine</source>
            <translation>計算環境</translation>
        </message>
        <message>
            <source>erased by the rules</source>
            <translation>保存規則による消去</translation>
        </message>
        <message>
            <source>even</source>
            <translation>均一</translation>
        </message>
        <message>
            <source>expired</source>
            <translation>期限切れ</translation>
        </message>
        <message>
            <source>expires soon</source>
            <translation>期限間近</translation>
        </message>
        <message>
            <source>exported</source>
            <translation>書き出し</translation>
        </message>
        <message>
            <source>finished</source>
            <translation>確定</translation>
        </message>
        <message>
            <source>finishing roll print</source>
            <translation>ロール目</translation>
        </message>
        <message>
            <source>for ever</source>
            <translation>無期限</translation>
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
            <source>from zero</source>
            <translation>初期状態</translation>
        </message>
        <message>
            <source>going on</source>
            <translation>実施中</translation>
        </message>
        <message>
            <source>golden</source>
            <translation>良品見本</translation>
        </message>
        <message>
            <source>good</source>
            <translation>良</translation>
        </message>
        <message>
            <source>highest</source>
            <translation>最大</translation>
        </message>
        <message>
            <source>hold</source>
            <translation>保留</translation>
        </message>
        <message>
            <source>hole</source>
            <translation>穴</translation>
        </message>
        <message>
            <source>in order</source>
            <translation>問題なし</translation>
        </message>
        <message>
            <source>iron sheet ash</source>
            <translation>鉄粉付着</translation>
        </message>
        <message>
            <source>judged</source>
            <translation>判定</translation>
        </message>
        <message>
            <source>judged by a candidate</source>
            <translation>候補アダプタの判定</translation>
        </message>
        <message>
            <source>judges now</source>
            <translation>判定中</translation>
        </message>
        <message>
            <source>judging …</source>
            <translation>判定中</translation>
        </message>
        <message>
            <source>kept as a sound; not written down</source>
            <translation>音声のまま保存します (文字にできません)</translation>
        </message>
        <message>
            <source>label found to be wrong</source>
            <translation>ラベル誤りと確認</translation>
        </message>
        <message>
            <source>label in doubt</source>
            <translation>疑わしいラベル</translation>
        </message>
        <message>
            <source>label looked at again</source>
            <translation>ラベルを再確認</translation>
        </message>
        <message>
            <source>label: {verdict}</source>
            <translation>ラベル: {verdict}</translation>
        </message>
        <message>
            <source>labels of a set checked</source>
            <translation>セットのラベルを点検</translation>
        </message>
        <message>
            <source>language</source>
            <translation>言語</translation>
        </message>
        <message>
            <source>left</source>
            <translation>左</translation>
        </message>
        <message>
            <source>let in no more</source>
            <translation>停止中</translation>
        </message>
        <message>
            <source>lighting</source>
            <translation>照明</translation>
        </message>
        <message>
            <source>line</source>
            <translation>ライン</translation>
        </message>
        <message>
            <source>look at it</source>
            <translation>要確認</translation>
        </message>
        <message>
            <source>lot</source>
            <translation>ロット</translation>
        </message>
        <message>
            <source>lot locked for measuring</source>
            <translation>ロットを評価用に固定</translation>
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
            <source>marginal</source>
            <translation>限界</translation>
        </message>
        <message>
            <source>medium</source>
            <translation>中</translation>
        </message>
        <message>
            <source>met</source>
            <translation>達成</translation>
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
            <source>no camera</source>
            <translation>カメラなし</translation>
        </message>
        <message>
            <source>no change</source>
            <translation>変化なし</translation>
        </message>
        <message>
            <source>no defect</source>
            <translation>欠点なし</translation>
        </message>
        <message>
            <source>no loudspeaker</source>
            <translation>スピーカーなし</translation>
        </message>
        <message>
            <source>no microphone</source>
            <translation>マイクなし</translation>
        </message>
        <message>
            <source>no microphone; files work</source>
            <translation>マイクなし・ファイルは可</translation>
        </message>
        <message>
            <source>no microphone; type the reason</source>
            <translation>マイクなし。理由を入力してください</translation>
        </message>
        <message>
            <source>no rule is broken</source>
            <translation>規則への該当なし</translation>
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
            <source>not acceptable</source>
            <translation>不可</translation>
        </message>
        <message>
            <source>not approved</source>
            <translation>未承認</translation>
        </message>
        <message>
            <source>not enough data yet</source>
            <translation>データ不足</translation>
        </message>
        <message>
            <source>not loaded yet</source>
            <translation>未読み込み</translation>
        </message>
        <message>
            <source>not met</source>
            <translation>未達</translation>
        </message>
        <message>
            <source>not used</source>
            <translation>使わない</translation>
        </message>
        <message>
            <source>nothing drawn yet</source>
            <translation>抜取りなし</translation>
        </message>
        <message>
            <source>nothing is heard</source>
            <translation>音が入っていません</translation>
        </message>
        <message>
            <source>off</source>
            <translation>オフ</translation>
        </message>
        <message>
            <source>old backup deleted</source>
            <translation>古いバックアップの削除</translation>
        </message>
        <message>
            <source>on</source>
            <translation>オン</translation>
        </message>
        <message>
            <source>only reading</source>
            <translation>閲覧のみ</translation>
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
            <source>operator disagrees</source>
            <translation>作業者が異議</translation>
        </message>
        <message>
            <source>optional</source>
            <translation>任意</translation>
        </message>
        <message>
            <source>other systems do not answer</source>
            <translation>他システムが応答しない</translation>
        </message>
        <message>
            <source>own</source>
            <translation>個別に設定</translation>
        </message>
        <message>
            <source>own thresholds</source>
            <translation>個別のしきい値</translation>
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
            <source>p(NG) {low} to {high}:  now {now}, before {before}</source>
            <translation>p(NG) {low}～{high}：現在 {now}、基準 {before}</translation>
        </message>
        <message>
            <source>part changed</source>
            <translation>品番の変更</translation>
        </message>
        <message>
            <source>person added</source>
            <translation>利用者の登録</translation>
        </message>
        <message>
            <source>person changed</source>
            <translation>利用者の変更</translation>
        </message>
        <message>
            <source>photo</source>
            <translation>写真</translation>
        </message>
        <message>
            <source>photo or voice erased</source>
            <translation>写真・音声の消去</translation>
        </message>
        <message>
            <source>photographed again of</source>
            <translation>撮り直し元</translation>
        </message>
        <message>
            <source>photographed anew</source>
            <translation>撮り直し</translation>
        </message>
        <message>
            <source>picked by chance</source>
            <translation>抜き取り</translation>
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
            <source>printed</source>
            <translation>印刷</translation>
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
            <source>quality</source>
            <translation>品質管理者</translation>
        </message>
        <message>
            <source>red scale</source>
            <translation>赤スケール</translation>
        </message>
        <message>
            <source>refused</source>
            <translation>不可</translation>
        </message>
        <message>
            <source>rejected</source>
            <translation>却下</translation>
        </message>
        <message>
            <source>remark</source>
            <translation>備考</translation>
        </message>
        <message>
            <source>report signed</source>
            <translation>報告書の署名</translation>
        </message>
        <message>
            <source>required</source>
            <translation>必須</translation>
        </message>
        <message>
            <source>restored from a backup</source>
            <translation>バックアップからの復元</translation>
        </message>
        <message>
            <source>review undone</source>
            <translation>確認の取り消し</translation>
        </message>
        <message>
            <source>reviewed</source>
            <translation>確認</translation>
        </message>
        <message>
            <source>rework</source>
            <translation>手直し</translation>
        </message>
        <message>
            <source>right</source>
            <translation>右</translation>
        </message>
        <message>
            <source>rings: too few units for limits</source>
            <translation>白丸：件数が少なく管理限界は目安</translation>
        </message>
        <message>
            <source>rules of keeping changed</source>
            <translation>保存規則の変更</translation>
        </message>
        <message>
            <source>saved from damaged records</source>
            <translation>破損した記録からの復旧</translation>
        </message>
        <message>
            <source>scrap</source>
            <translation>廃棄</translation>
        </message>
        <message>
            <source>scratch</source>
            <translation>傷</translation>
        </message>
        <message>
            <source>second look at a label (sample)</source>
            <translation>ラベルの抜き取り確認</translation>
        </message>
        <message>
            <source>second look: open</source>
            <translation>抜き取り：未確認</translation>
        </message>
        <message>
            <source>second look: right</source>
            <translation>抜き取り：正しい</translation>
        </message>
        <message>
            <source>second look: wrong</source>
            <translation>抜き取り：誤り</translation>
        </message>
        <message>
            <source>settings changed</source>
            <translation>設定の変更</translation>
        </message>
        <message>
            <source>shift</source>
            <translation>直</translation>
        </message>
        <message>
            <source>short circuit</source>
            <translation>短絡</translation>
        </message>
        <message>
            <source>sign-in failed</source>
            <translation>サインイン失敗</translation>
        </message>
        <message>
            <source>signed</source>
            <translation>署名</translation>
        </message>
        <message>
            <source>signed in with PIN</source>
            <translation>PIN でサインイン</translation>
        </message>
        <message>
            <source>signed in with badge</source>
            <translation>バッジでサインイン</translation>
        </message>
        <message>
            <source>signed out</source>
            <translation>サインアウト</translation>
        </message>
        <message>
            <source>signing key trusted</source>
            <translation>署名鍵の信頼</translation>
        </message>
        <message>
            <source>since {moment}</source>
            <translation>{moment} から</translation>
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
            <source>spoken reason</source>
            <translation>理由の音声</translation>
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
            <source>station</source>
            <translation>工程</translation>
        </message>
        <message>
            <source>stays</source>
            <translation>そのまま</translation>
        </message>
        <message>
            <source>supervisor</source>
            <translation>監督者</translation>
        </message>
        <message>
            <source>surface scratch</source>
            <translation>表面傷</translation>
        </message>
        <message>
            <source>the active adapter</source>
            <translation>現行アダプタ</translation>
        </message>
        <message>
            <source>the camera has stopped</source>
            <translation>カメラ停止</translation>
        </message>
        <message>
            <source>the disk is nearly full</source>
            <translation>ディスク残量わずか</translation>
        </message>
        <message>
            <source>the golden evaluation set</source>
            <translation>固定評価セット</translation>
        </message>
        <message>
            <source>the model is not loaded</source>
            <translation>モデル未読込</translation>
        </message>
        <message>
            <source>the records are damaged</source>
            <translation>記録が壊れています</translation>
        </message>
        <message>
            <source>the records are not open</source>
            <translation>記録が開けません</translation>
        </message>
        <message>
            <source>the set</source>
            <translation>セット全体</translation>
        </message>
        <message>
            <source>the units that teach</source>
            <translation>学習用ワーク</translation>
        </message>
        <message>
            <source>thresholds</source>
            <translation>しきい値</translation>
        </message>
        <message>
            <source>times, ms</source>
            <translation>時間 (ms)</translation>
        </message>
        <message>
            <source>to be watched</source>
            <translation>要注意</translation>
        </message>
        <message>
            <source>too few units to say</source>
            <translation>件数不足</translation>
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
            <source>transcript corrected</source>
            <translation>聞き取りの訂正</translation>
        </message>
        <message>
            <source>unclear</source>
            <translation>要確認</translation>
        </message>
        <message>
            <source>undone</source>
            <translation>取り消し</translation>
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
            <source>valid</source>
            <translation>有効</translation>
        </message>
        <message>
            <source>verdict</source>
            <translation>判定</translation>
        </message>
        <message>
            <source>verdict accepted</source>
            <translation>判定を承認</translation>
        </message>
        <message>
            <source>very quiet</source>
            <translation>声が小さい</translation>
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
            <source>waits for a decision</source>
            <translation>確認待ち</translation>
        </message>
        <message>
            <source>with badge</source>
            <translation>バッジあり</translation>
        </message>
        <message>
            <source>withdrawn</source>
            <translation>取り消し</translation>
        </message>
        <message>
            <source>words erased</source>
            <translation>文章の消去</translation>
        </message>
        <message>
            <source>work order</source>
            <translation>作業指図</translation>
        </message>
        <message>
            <source>{active} of {units} until now, {new} with the new one; {better} got better, {worse} worse (p = {p}).</source>
            <translation>{units} 個中、これまで {active} 個、新アダプタ {new} 個。改善 {better} 個、悪化 {worse} 個 (p = {p})。</translation>
        </message>
        <message>
            <source>{adapter}: {says}   PSI {psi}, KS {ks} (p = {p})</source>
            <translation>{adapter}：{says}　PSI {psi}、KS {ks}（p = {p}）</translation>
        </message>
        <message>
            <source>{count} NG units</source>
            <translation>不良 {count} 個</translation>
        </message>
        <message>
            <source>{count} are asked for before a promotion.</source>
            <translation>昇格には {count} 個が必要です。</translation>
        </message>
        <message>
            <source>{count} chosen, {bad} of them bad; {all} to choose from</source>
            <translation>{count} 個を選択（うち不良 {bad} 個）、候補 {all} 個</translation>
        </message>
        <message>
            <source>{count} decided now</source>
            <translation>今回 {count} 件処理</translation>
        </message>
        <message>
            <source>{count} digits</source>
            <translation>{count} 桁</translation>
        </message>
        <message>
            <source>{count} drawn</source>
            <translation>抜取り {count} 個</translation>
        </message>
        <message>
            <source>{count} entries</source>
            <translation>{count} 件</translation>
        </message>
        <message>
            <source>{count} entries saved: {file}</source>
            <translation>{count} 件を保存しました：{file}</translation>
        </message>
        <message>
            <source>{count} entries shown, more below</source>
            <translation>{count} 件を表示 (続きあり)</translation>
        </message>
        <message>
            <source>{count} groups are not shown</source>
            <translation>ほか {count} 件は省略</translation>
        </message>
        <message>
            <source>{count} have a copy in a training set, which stays.</source>
            <translation>{count} 件は学習セットに写しがあり、そちらは残ります。</translation>
        </message>
        <message>
            <source>{count} more wait behind these.</source>
            <translation>ほかに {count} 件あります。</translation>
        </message>
        <message>
            <source>{count} more: search for it</source>
            <translation>ほか {count} 件：検索してください</translation>
        </message>
        <message>
            <source>{count} of them stand on both sides of the golden evaluation set.</source>
            <translation>うち {count} 組は、固定評価セットの内と外にまたがっています。</translation>
        </message>
        <message>
            <source>{count} of {all}</source>
            <translation>{all} 件中 {count} 件</translation>
        </message>
        <message>
            <source>{count} pairs of photos are nearly the same.</source>
            <translation>ほぼ同じ写真が {count} 組あります。</translation>
        </message>
        <message>
            <source>{count} points break a rule (red diamonds)</source>
            <translation>規則に該当 {count} 点（赤いひし形）</translation>
        </message>
        <message>
            <source>{count} records</source>
            <translation>{count} 件</translation>
        </message>
        <message>
            <source>{count} records shown, more below</source>
            <translation>{count} 件を表示 (続きあり)</translation>
        </message>
        <message>
            <source>{count} repeated units were left out.</source>
            <translation>重複した {count} 個を除きました。</translation>
        </message>
        <message>
            <source>{count} units</source>
            <translation>{count} 個</translation>
        </message>
        <message>
            <source>{count} units keep theirs: they wait for the model or a supervisor.</source>
            <translation>{count} 個は判定またはレビュー待ちのため残します。</translation>
        </message>
        <message>
            <source>{count} units wait for the supervisor again.</source>
            <translation>{count} 個のワークが再び監督者の確認待ちになりました。</translation>
        </message>
        <message>
            <source>{days} days</source>
            <translation>{days} 日</translation>
        </message>
        <message>
            <source>{done} of {every} files</source>
            <translation>{every} 件中 {done} 件</translation>
        </message>
        <message>
            <source>{done} of {units} labels drawn at random were looked at again; all of them must be.</source>
            <translation>ラベルの抜き取り確認：{units} 個中 {done} 個が済みました。全部済むまで昇格できません。</translation>
        </message>
        <message>
            <source>{file} is written and signed.</source>
            <translation>{file} に署名付きで書き出しました。</translation>
        </message>
        <message>
            <source>{hits} of {total}</source>
            <translation>{hits} / {total}</translation>
        </message>
        <message>
            <source>{kind} of {part}: {kept}</source>
            <translation>{part}の{kind}: {kept}</translation>
        </message>
        <message>
            <source>{length} recorded</source>
            <translation>録音 {length}</translation>
        </message>
        <message>
            <source>{minutes} min</source>
            <translation>{minutes} 分</translation>
        </message>
        <message>
            <source>{model}, as it came</source>
            <translation>{model} (付属)</translation>
        </message>
        <message>
            <source>{name} goes to the supervisor.</source>
            <translation>{name} を監督者に回しました。</translation>
        </message>
        <message>
            <source>{name} has judged {units} units beside: {agree} alike, {differ} otherwise (they go to the review).</source>
            <translation>{name} は並走で {units} 個を判定: 一致 {agree} 個、不一致 {differ} 個 (レビューへ送られます)。</translation>
        </message>
        <message>
            <source>{name} is trained.</source>
            <translation>{name} の学習が終わりました。</translation>
        </message>
        <message>
            <source>{name} is trained. It judges nothing until it was compared and let in.</source>
            <translation>{name} の学習が終わりました。比較して昇格するまで判定には使われません。</translation>
        </message>
        <message>
            <source>{name} was saved.</source>
            <translation>{name} を保存しました。</translation>
        </message>
        <message>
            <source>{name} was taken back. Judge it again, or clear it.</source>
            <translation>{name} を取り消しました。判定し直すか、クリアしてください。</translation>
        </message>
        <message>
            <source>{name}, from</source>
            <translation>{name} 下限</translation>
        </message>
        <message>
            <source>{name}, signed by {who}, is installed; it judges nothing yet.</source>
            <translation>{name} ({who} の署名) を取り込みました。まだ判定には使われません。</translation>
        </message>
        <message>
            <source>{name}, to</source>
            <translation>{name} 上限</translation>
        </message>
        <message>
            <source>{name}:  NG {share} ({ng} of {n}), limits {low} to {high}</source>
            <translation>{name}：NG {share}（{ng} / {n}）、管理限界 {low}～{high}</translation>
        </message>
        <message>
            <source>{name}:  now {now}, before {before}   {says}</source>
            <translation>{name}：現在 {now}、基準 {before}　{says}</translation>
        </message>
        <message>
            <source>{name}:  {count} units, {share} of all NG, {so_far} so far</source>
            <translation>{name}：{count} 個、全体の {share}、累積 {so_far}</translation>
        </message>
        <message>
            <source>{name}: all units are judged. Thank you.</source>
            <translation>{name}：すべて判定しました。ありがとうございました。</translation>
        </message>
        <message>
            <source>{name}: expired on {day}</source>
            <translation>{name}：{day} に期限切れ</translation>
        </message>
        <message>
            <source>{name}: expires on {day}</source>
            <translation>{name}：期限 {day}</translation>
        </message>
        <message>
            <source>{name}: unit {number} of {total}, trial {trial} of {trials}</source>
            <translation>{name}：{number} / {total} 個目、{trial} / {trials} 回目</translation>
        </message>
        <message>
            <source>{name}: {verdict}. Ctrl+Down shows it.</source>
            <translation>{name}：{verdict}。Ctrl+↓ で表示します。</translation>
        </message>
        <message>
            <source>{now} photos against {before}</source>
            <translation>写真 {now} 枚と {before} 枚の比較</translation>
        </message>
        <message>
            <source>{ok} units are OK and {ng} NG.</source>
            <translation>OK {ok} 個、NG {ng} 個。</translation>
        </message>
        <message>
            <source>{pages} pages, {units} units</source>
            <translation>{pages} ページ、{units} 個</translation>
        </message>
        <message>
            <source>{samples} units, {reviews} decisions, {audit} entries of the audit trail, {files} files checked.</source>
            <translation>記録 {samples} 件、判断 {reviews} 件、監査証跡 {audit} 件、ファイル {files} 件を確認しました。</translation>
        </message>
        <message>
            <source>{seconds} / {target} s</source>
            <translation>{seconds} / {target} 秒</translation>
        </message>
        <message>
            <source>{seconds} s</source>
            <translation>{seconds} 秒</translation>
        </message>
        <message>
            <source>{seconds} s ago</source>
            <translation>{seconds} 秒前</translation>
        </message>
        <message>
            <source>{seconds} s left</source>
            <translation>残り {seconds} 秒</translation>
        </message>
        <message>
            <source>{shown} of {pages} pages are shown; all are saved and printed.</source>
            <translation>{pages} ページ中 {shown} ページを表示。保存と印刷は全ページです。</translation>
        </message>
        <message>
            <source>{times} times as far</source>
            <translation>通常の {times} 倍</translation>
        </message>
        <message>
            <source>{units} units since {since}; of these {drawn} were drawn by chance and reviewed.</source>
            <translation>{since} から {units} 個。うち {drawn} 個を抜取りで確認。</translation>
        </message>
        <message>
            <source>{units} units, each good + bad.</source>
            <translation>{units} 個 (良品 + 不良)。</translation>
        </message>
        <message>
            <source>{units} units, {bad} of them bad; {trials} trials; made by {who} on {day}. {state}</source>
            <translation>{units} 個（うち不良 {bad} 個）、{trials} 回。{day} {who} 作成。{state}</translation>
        </message>
        <message>
            <source>{unlike} recent photos are unlike all that was learned from.</source>
            <translation>最近の写真 {unlike} 枚は学習した写真と似ていません。</translation>
        </message>
        <message>
            <source>{wrong} of {done} labels looked at again were wrong: review all, freeze the set anew.</source>
            <translation>抜き取り確認した {done} 個のうち {wrong} 個のラベルが誤りでした。昇格できません。全数を再レビューし、セットを作り直してください。</translation>
        </message>
        <message>
            <source>κ of all trials of all: {kappa}</source>
            <translation>全員・全回の κ：{kappa}</translation>
        </message>
        <message>
            <source>κ reference</source>
            <translation>κ（基準）</translation>
        </message>
        <message>
            <source>κ within</source>
            <translation>κ（繰返し）</translation>
        </message>
        <message>
            <source>“{field}” cannot be this; correct it.</source>
            <translation>「{field}」の値が正しくありません。直してください。</translation>
        </message>
    </context>
</TS>
