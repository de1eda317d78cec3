; Inno Setup 6.3 or newer: the installer for Windows around dist\kensa. Compiled in CI, and by hand with
;
;   iscc /DAppVersion=0.1.0 resources\packaging\kensa.iss        ->  dist\kensa-0.1.0-setup.exe
;
; For IT (docs/install.md tells the same):
;   kensa-0.1.0-setup.exe /VERYSILENT /SUPPRESSMSGBOXES /NORESTART /ALLUSERS     for all users, needs an administrator
;   kensa-0.1.0-setup.exe /VERYSILENT /SUPPRESSMSGBOXES /CURRENTUSER             for one user, needs none
;   ... /LANG=japanese /DIR="D:\Kensa" /TASKS="" /LOG="C:\kensa-setup.log"
;   "%ProgramFiles%\Kensa\unins000.exe" /VERYSILENT                              data stay
;   "%ProgramFiles%\Kensa\unins000.exe" /VERYSILENT /DELETEDATA=1                data of the user who runs it go, too
; A newer setup replaces an older one in place; data are never touched by it.

#ifndef AppVersion
  #define AppVersion "0.1.0"
#endif

[Setup]
AppId={{7C2D4E0B-3B0F-4C57-9C67-7D6E1B0C5A21}
AppName=Kensa
AppVersion={#AppVersion}
AppPublisher=The Kensa authors
DefaultDirName={autopf}\Kensa
DefaultGroupName=Kensa
DisableProgramGroupPage=yes
; Per user unless an administrator chooses otherwise, in the dialog or by /ALLUSERS.
PrivilegesRequired=lowest
PrivilegesRequiredOverridesAllowed=dialog commandline
ArchitecturesAllowed=x64compatible
ArchitecturesInstallIn64BitMode=x64compatible
MinVersion=10.0
UsePreviousAppDir=yes
UsePreviousTasks=yes
CloseApplications=yes
RestartApplications=no
ChangesAssociations=yes
SetupIconFile=kensa.ico
UninstallDisplayIcon={app}\kensa-window.exe
LicenseFile=..\..\LICENSE
SourceDir=.
OutputDir=..\..\dist
OutputBaseFilename=kensa-{#AppVersion}-setup
Compression=lzma2/max
SolidCompression=yes
LZMAUseSeparateProcess=yes
WizardStyle=modern

[Languages]
Name: "english"; MessagesFile: "compiler:Default.isl"
Name: "japanese"; MessagesFile: "compiler:Languages\Japanese.isl"

[CustomMessages]
english.DesktopIcon=Icon on the desktop
japanese.DesktopIcon=デスクトップにアイコンを作成する
english.Adapters=Take in adapters (*.kensa-adapter) by double click
japanese.Adapters=アダプタ (*.kensa-adapter) をダブルクリックで取り込む
english.AdapterType=Kensa adapter
japanese.AdapterType=Kensa アダプタ
english.Start=Start Kensa
japanese.Start=Kensa を起動する
english.DeleteData=Delete all records, photos and notes of this user as well?%n%n%1%n%nNo keeps them; a later installation goes on with them.
japanese.DeleteData=このユーザーの検査記録・写真・音声もすべて削除しますか。%n%n%1%n%n「いいえ」を選ぶと残ります。再インストールすると続きから使えます。

[Tasks]
Name: "desktop"; Description: "{cm:DesktopIcon}"
Name: "adapters"; Description: "{cm:Adapters}"

[InstallDelete]
; Upgrade in place: a library of the older version that is gone must not be found by the newer one.
Type: filesandordirs; Name: "{app}\_internal"

[Files]
Source: "..\..\dist\kensa\*"; DestDir: "{app}"; Flags: recursesubdirs createallsubdirs ignoreversion
Source: "..\..\docs\install.md"; DestDir: "{app}"; Flags: ignoreversion
Source: "..\..\docs\install.ja.md"; DestDir: "{app}"; Flags: ignoreversion

[Icons]
Name: "{group}\Kensa"; Filename: "{app}\kensa-window.exe"
Name: "{autodesktop}\Kensa"; Filename: "{app}\kensa-window.exe"; Tasks: desktop

[Registry]
Root: HKA; Subkey: "Software\Classes\.kensa-adapter"; ValueType: string; ValueData: "Kensa.Adapter"; Flags: uninsdeletevalue; Tasks: adapters
Root: HKA; Subkey: "Software\Classes\Kensa.Adapter"; ValueType: string; ValueData: "{cm:AdapterType}"; Flags: uninsdeletekey; Tasks: adapters
Root: HKA; Subkey: "Software\Classes\Kensa.Adapter\DefaultIcon"; ValueType: string; ValueData: "{app}\kensa-window.exe,0"; Tasks: adapters
; A console that stays until the answer was read.
Root: HKA; Subkey: "Software\Classes\Kensa.Adapter\shell\open\command"; ValueType: string; ValueData: "{cmd} /c """"{app}\kensa.exe"" adapters import ""%1"" & pause"""; Tasks: adapters

[Run]
Filename: "{app}\kensa-window.exe"; Description: "{cm:Start}"; Flags: nowait postinstall skipifsilent

[Code]
procedure CurUninstallStepChanged(Step: TUninstallStep);
var
  Data: String;
  Asked: Boolean;
begin
  if Step <> usPostUninstall then
    exit;
  Data := ExpandConstant('{localappdata}\kensa');
  if not DirExists(Data) then
    exit;
  if UninstallSilent then
    Asked := ExpandConstant('{param:DELETEDATA|0}') = '1'
  else
    Asked := MsgBox(FmtMessage(CustomMessage('DeleteData'), [Data]), mbConfirmation, MB_YESNO or MB_DEFBUTTON2) = IDYES;
  if Asked then
    DelTree(Data, True, True, True);
end;
