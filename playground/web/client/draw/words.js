// Our own words. English is the key; `{name}` is filled in.

// Each line: English, German, French, Spanish, Chinese, Urdu.
const LINES = [
  [
    "Answer for the tool (text or JSON)",
    "Antwort für das Werkzeug (Text oder JSON)",
    "Réponse pour l’outil (texte ou JSON)",
    "Respuesta para la herramienta (texto o JSON)",
    "给工具的回答（文本或 JSON）",
    "ٹول کے لیے جواب (متن یا JSON)",
  ],
  ["Arguments", "Argumente", "Arguments", "Argumentos", "参数", "دلائل"],
  ["Bad answer", "Schlechte Antwort", "Mauvaise réponse", "Mala respuesta", "回答不好", "خراب جواب"],
  ["Button", "Knopf", "Bouton", "Botón", "按钮", "بٹن"],
  ["Cancel", "Abbrechen", "Annuler", "Cancelar", "取消", "منسوخ کریں"],
  ["Choose", "Auswählen", "Choisir", "Elegir", "请选择", "منتخب کریں"],
  ["Copied", "Kopiert", "Copié", "Copiado", "已复制", "کاپی ہو گیا"],
  ["Copy", "Kopieren", "Copier", "Copiar", "复制", "کاپی کریں"],
  [
    "Could not copy",
    "Kopieren war nicht möglich",
    "Copie impossible",
    "No se pudo copiar",
    "无法复制",
    "کاپی نہیں ہو سکا",
  ],
  ["Details", "Einzelheiten", "Détails", "Detalles", "详情", "تفصیلات"],
  [
    "Edit message",
    "Nachricht bearbeiten",
    "Modifier le message",
    "Editar el mensaje",
    "编辑消息",
    "پیغام میں ترمیم کریں",
  ],
  ["Edit", "Bearbeiten", "Modifier", "Editar", "编辑", "ترمیم کریں"],
  ["File", "Datei", "Fichier", "Archivo", "文件", "فائل"],
  ["Files", "Dateien", "Fichiers", "Archivos", "文件", "فائلیں"],
  ["Generated image", "Erzeugtes Bild", "Image générée", "Imagen generada", "生成的图片", "تیار کردہ تصویر"],
  [
    "Generating an image",
    "Ein Bild wird erzeugt",
    "Génération d’une image",
    "Generando una imagen",
    "正在生成图片",
    "تصویر بن رہی ہے",
  ],
  ["Good answer", "Gute Antwort", "Bonne réponse", "Buena respuesta", "回答很好", "اچھا جواب"],
  [
    "Image from {host}",
    "Bild von {host}",
    "Image de {host}",
    "Imagen de {host}",
    "来自 {host} 的图片",
    "{host} سے تصویر",
  ],
  ["Image", "Bild", "Image", "Imagen", "图片", "تصویر"],
  ["Label", "Bezeichnung", "Libellé", "Etiqueta", "标签", "عنوان"],
  ["Next version", "Nächste Fassung", "Version suivante", "Versión siguiente", "下一个版本", "اگلا نسخہ"],
  ["Open", "Öffnen", "Ouvrir", "Abrir", "打开", "کھولیں"],
  [
    "Please answer every question, or skip.",
    "Bitte jede Frage beantworten oder überspringen.",
    "Répondez à chaque question, ou passez.",
    "Responda a todas las preguntas o sáltelas.",
    "请回答每个问题，或者跳过。",
    "ہر سوال کا جواب دیں یا چھوڑ دیں۔",
  ],
  ["Previous version", "Vorige Fassung", "Version précédente", "Versión anterior", "上一个版本", "پچھلا نسخہ"],
  ["Result", "Ergebnis", "Résultat", "Resultado", "结果", "نتیجہ"],
  ["Save", "Speichern", "Enregistrer", "Guardar", "保存", "محفوظ کریں"],
  ["Searched the web", "Im Web gesucht", "Recherche sur le web", "Búsqueda en la web", "已搜索网络", "ویب پر تلاش کی"],
  ["Searches", "Suchen", "Recherches", "Búsquedas", "搜索", "تلاشیں"],
  ["Send answer", "Antwort senden", "Envoyer la réponse", "Enviar respuesta", "发送回答", "جواب بھیجیں"],
  ["Send", "Senden", "Envoyer", "Enviar", "发送", "بھیجیں"],
  [
    "Several are possible",
    "Mehrere möglich",
    "Plusieurs choix possibles",
    "Se pueden elegir varias",
    "可多选",
    "ایک سے زیادہ ممکن ہیں",
  ],
  [
    "Show {count} more",
    "{count} weitere zeigen",
    "Afficher {count} de plus",
    "Mostrar {count} más",
    "再显示 {count} 项",
    "مزید {count} دکھائیں",
  ],
  ["Show", "Zeigen", "Afficher", "Mostrar", "显示", "دکھائیں"],
  ["Another answer", "Eine andere Antwort", "Une autre réponse", "Otra respuesta", "其他回答", "کوئی اور جواب"],
  ["Skip", "Überspringen", "Passer", "Saltar", "跳过", "چھوڑ دیں"],
  ["Skipped", "Übersprungen", "Passée", "Saltada", "已跳过", "چھوڑ دیا گیا"],
  [
    "Something went wrong. Nothing that you wrote is lost.",
    "Etwas ist schiefgegangen. Nichts, was Sie geschrieben haben, ist verloren.",
    "Une erreur s’est produite. Rien de ce que vous avez écrit n’est perdu.",
    "Algo ha fallado. No se ha perdido nada de lo que escribió.",
    "出了点问题。您写的内容没有丢失。",
    "کچھ غلط ہو گیا۔ آپ کا لکھا ہوا کچھ ضائع نہیں ہوا۔",
  ],
  [
    "Source {number}: {title}",
    "Quelle {number}: {title}",
    "Source {number} : {title}",
    "Fuente {number}: {title}",
    "来源 {number}：{title}",
    "ماخذ {number}: {title}",
  ],
  ["Source", "Quelle", "Source", "Fuente", "来源", "ماخذ"],
  ["1 source", "1 Quelle", "1 source", "1 fuente", "1 个来源", "1 ماخذ"],
  ["{count} sources", "{count} Quellen", "{count} sources", "{count} fuentes", "{count} 个来源", "{count} ماخذ"],
  ["Step", "Schritt", "Étape", "Paso", "步骤", "مرحلہ"],
  ["{count} steps", "{count} Schritte", "{count} étapes", "{count} pasos", "{count} 个步骤", "{count} مراحل"],
  ["Table", "Tabelle", "Tableau", "Tabla", "表格", "جدول"],
  [
    "The image was not made.",
    "Das Bild wurde nicht erzeugt.",
    "L’image n’a pas été générée.",
    "La imagen no se generó.",
    "图片未生成。",
    "تصویر نہیں بنی۔",
  ],
  [
    "The numbers of the chart",
    "Die Zahlen des Diagramms",
    "Les chiffres du graphique",
    "Los números del gráfico",
    "图表数据",
    "چارٹ کے اعداد",
  ],
  ["Thinking", "Denkt nach", "Réflexion en cours", "Pensando", "正在思考", "سوچ رہا ہے"],
  [
    "Thought for {minutes} min {seconds} s",
    "{minutes} min {seconds} s nachgedacht",
    "Réflexion de {minutes} min {seconds} s",
    "Pensó {minutes} min {seconds} s",
    "思考了 {minutes} 分 {seconds} 秒",
    "{minutes} منٹ {seconds} سیکنڈ سوچا",
  ],
  [
    "Thought for {seconds} s",
    "{seconds} s nachgedacht",
    "Réflexion de {seconds} s",
    "Pensó {seconds} s",
    "思考了 {seconds} 秒",
    "{seconds} سیکنڈ سوچا",
  ],
  ["Thought", "Gedanke", "Réflexion", "Pensamiento", "想法", "خیال"],
  ["Thoughts", "Gedanken", "Réflexions", "Pensamientos", "思考过程", "خیالات"],
  ["Try again", "Erneut versuchen", "Réessayer", "Reintentar", "重试", "دوبارہ کوشش کریں"],
  ["Versions", "Fassungen", "Versions", "Versiones", "版本", "نسخے"],
  ["Waiting", "Wartet", "En attente", "En espera", "等待中", "منتظر"],
  ["Working", "Arbeitet", "En cours", "Trabajando", "正在处理", "کام جاری ہے"],
  ["Writing", "Schreibt", "Rédaction en cours", "Escribiendo", "正在输入", "لکھ رہا ہے"],
  ["answered", "beantwortet", "répondu", "respondida", "已回答", "جواب دیا گیا"],
  ["code", "Code", "code", "código", "代码", "کوڈ"],
  ["done", "erledigt", "fait", "hecho", "已完成", "مکمل"],
  ["not answered", "nicht beantwortet", "sans réponse", "sin respuesta", "未回答", "جواب نہیں دیا گیا"],
  ["to do", "offen", "à faire", "pendiente", "待办", "باقی"],
  [
    "waits for your browser",
    "wartet auf Ihren Browser",
    "attend votre navigateur",
    "espera a su navegador",
    "正在等待您的浏览器",
    "آپ کے براؤزر کا منتظر",
  ],
];

/** The words in other languages: language → English → translation. */
export const words = Object.fromEntries(
  ["de", "fr", "es", "zh", "ur"].map((language, at) => [
    language,
    Object.fromEntries(LINES.map((line) => [line[0], line[at + 1]])),
  ]),
);

/** The text with its `{names}` replaced by the values. */
export const fill = (text, values = {}) =>
  text.replace(/\{(\w+)\}/g, (whole, name) => (name in values ? String(values[name]) : whole));

/** A translator for a locale such as "de-AT": what is not translated stays English. */
export function translator(locale) {
  const known =
    words[
      String(locale ?? "en")
        .toLowerCase()
        .split("-")[0]
    ] ?? {};
  return (text, values) => fill(known[text] ?? text, values);
}
