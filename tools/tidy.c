/* tidy: the house rules as a program. Run at the root of the repository; rules that name rooms,
 * headers and calls come from tools/floors.txt. Prints "path:line: finding", last "tidy: N
 * findings", and exits with 1 when there are any. tests/unit/tools/tidy_test.c plants each fault.
 *
 * It reads C line by line, with comments and literals blanked, so a rule can be fooled by a macro;
 * it is there to catch slips, not adversaries. */
#include <dirent.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum {
    LINE_COLUMNS_MAX = 100,
    TEST_COLUMNS_MAX = 120,    /* tests quote bodies as clients send them */
    FUNCTION_LINES_MAX = 71,   /* one screen */
    FILE_BYTES_MAX = 4 << 20,
    RULES_MAX = 256,
    WORD_MAX = 64,
    PATH_MAX_BYTES = 512,
};

struct rule {
    char kind[8];              /* floor room, allow, exempt, header, ban */
    char a[WORD_MAX];
    char b[WORD_MAX];
    int floor;
};

static struct rule rules[RULES_MAX];
static int rule_count;
static int findings;

__attribute__((format(printf, 3, 4)))
static void find(const char *path, int line, const char *format, ...)
{
    va_list list;
    va_start(list, format);
    printf("%s:%d: ", path, line);
    vprintf(format, list);
    printf("\n");
    va_end(list);
    findings++;
}

/* ---- rules ---------------------------------------------------------------------------------- */

static void add_rule(const char *kind, const char *a, const char *b, int floor)
{
    if (rule_count == RULES_MAX) {
        fprintf(stderr, "tidy: more than %d rules\n", RULES_MAX);
        exit(2);
    }
    struct rule *rule = &rules[rule_count++];
    snprintf(rule->kind, sizeof(rule->kind), "%s", kind);
    snprintf(rule->a, sizeof(rule->a), "%s", a);
    snprintf(rule->b, sizeof(rule->b), "%s", b);
    rule->floor = floor;
}

static void read_rule(char *line)
{
    char *save = NULL;
    char *kind = strtok_r(line, " \n", &save);
    if (!kind || kind[0] == '#')
        return;
    char *a = strtok_r(NULL, " \n", &save);
    char *b = strtok_r(NULL, " \n", &save);
    if (!a || !b) {
        find("tools/floors.txt", 0, "a rule is cut short: %s", kind);
    } else if (strcmp(kind, "floor") == 0) {
        for (; b; b = strtok_r(NULL, " \n", &save))
            add_rule("floor", b, "", (int)strtol(a, NULL, 10));
    } else {
        add_rule(kind, a, b, 0);
    }
}

static void read_rules(void)
{
    char line[512];
    FILE *file = fopen("tools/floors.txt", "r");
    if (!file) {
        fprintf(stderr, "tidy: run at the root of the repository: tools/floors.txt is not here\n");
        exit(2);
    }
    while (fgets(line, sizeof(line), file))
        read_rule(line);
    fclose(file);
}

static int floor_of(const char *room)
{
    for (int i = 0; i < rule_count; i++)
        if (strcmp(rules[i].kind, "floor") == 0 && strcmp(rules[i].a, room) == 0)
            return rules[i].floor;
    return 0;
}

static bool has_rule(const char *kind, const char *a, const char *b)
{
    for (int i = 0; i < rule_count; i++)
        if (strcmp(rules[i].kind, kind) == 0 && strcmp(rules[i].a, a) == 0 &&
            (!b || strcmp(rules[i].b, b) == 0))
            return true;
    return false;
}

/* The first folder below src/ of a path or an include. */
static void room_of(const char *path, char out[WORD_MAX])
{
    const char *slash = strchr(path, '/');
    snprintf(out, WORD_MAX, "%.*s", slash ? (int)(slash - path) : 0, path);
}

/* ---- one file ------------------------------------------------------------------------------- */

struct source {
    const char *path;
    char room[WORD_MAX];
    bool is_c;
    bool is_header;
    bool in_comment;
    int line;
    int function_line;         /* where the running function began; 0 = none */
    int includes;
    char guard[WORD_MAX * 4];
    bool has_guard;
};

/* Blanks comments, strings and character literals in place. */
static void blank(struct source *s, char *line)
{
    char quote = 0;
    for (char *c = line; *c && *c != '\n'; c++) {
        if (s->in_comment) {
            if (c[0] == '*' && c[1] == '/') {
                s->in_comment = false;
                c[1] = ' ';
            }
            *c = ' ';
        } else if (quote) {
            if (*c == '\\' && c[1] && c[1] != '\n')
                *c++ = ' ';
            else if (*c == quote)
                quote = 0;
            *c = ' ';
        } else if (c[0] == '/' && c[1] == '*') {
            s->in_comment = true;
            *c++ = ' ';
            *c = ' ';
        } else if (c[0] == '/' && c[1] == '/') {
            memset(c, ' ', strcspn(c, "\n"));
        } else if (*c == '"' || *c == '\'') {
            quote = *c;
            *c = ' ';
        }
    }
}

static void check_our_include(struct source *s, const char *name)
{
    char room[WORD_MAX], own[PATH_MAX_BYTES];
    room_of(name, room);
    int from = floor_of(s->room), to = floor_of(room);
    if (s->is_c && s->includes == 1) {
        snprintf(own, sizeof(own), "%s", s->path + strlen("src/"));
        own[strlen(own) - 1] = 'h';
        struct stat st;
        char full[PATH_MAX_BYTES + 8];
        snprintf(full, sizeof(full), "src/%s", own);
        if (stat(full, &st) == 0 && strcmp(own, name) != 0)
            find(s->path, s->line, "its own header does not come first");
    }
    if (to == 0 && strchr(name, '/'))
        find(s->path, s->line, "room \"%s\" stands on no floor in tools/floors.txt", room);
    if (strcmp(s->room, room) == 0 || to < from || has_rule("allow", s->room, name))
        return;
    bool is_wire = strstr(name, "/wire/") != NULL;
    if (to == from && from <= 3 && (is_wire || from < 3 || strcmp(room, "wal") == 0))
        return;
    find(s->path, s->line, "%s (floor %d) may not include %s (floor %d)", s->room, from, name, to);
}

static void check_system_include(struct source *s, const char *name)
{
    for (int i = 0; i < rule_count; i++) {
        if (strcmp(rules[i].kind, "header") != 0)
            continue;
        size_t len = strlen(rules[i].a);
        bool matches = rules[i].a[len - 1] == '*' ? strncmp(rules[i].a, name, len - 1) == 0
                                                  : strcmp(rules[i].a, name) == 0;
        if (matches && strcmp(rules[i].b, s->room) != 0)
            find(s->path, s->line, "<%s> belongs to %s/ alone", name, rules[i].b);
    }
}

static void check_include(struct source *s, const char *line)
{
    char name[PATH_MAX_BYTES];
    if (strncmp(line, "#include ", 9) != 0)
        return;
    s->includes++;
    if (sscanf(line, "#include \"%400[^\"]\"", name) == 1)
        check_our_include(s, name);
    else if (sscanf(line, "#include <%400[^>]>", name) == 1)
        check_system_include(s, name);
}

static bool is_word_byte(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

static void check_calls(struct source *s, const char *code)
{
    for (int i = 0; i < rule_count; i++) {
        if (strcmp(rules[i].kind, "ban") != 0)
            continue;
        size_t len = strlen(rules[i].a);
        for (const char *at = code; (at = strstr(at, rules[i].a)) != NULL; at += len) {
            bool starts = at == code || (!is_word_byte(at[-1]) && at[-1] != '.' && at[-1] != '>');
            const char *after = at + len + strspn(at + len, " ");
            if (starts && *after == '(')
                find(s->path, s->line, "%s is banned: use %s", rules[i].a, rules[i].b);
        }
    }
}

static void check_function(struct source *s, const char *code)
{
    if (code[0] == '{')
        s->function_line = s->line;
    if (code[0] != '}' || !s->function_line)
        return;
    int lines = s->line - s->function_line + 1;
    if (lines > FUNCTION_LINES_MAX)
        find(s->path, s->function_line, "a function of %d lines; the red line is %d", lines,
             FUNCTION_LINES_MAX);
    s->function_line = 0;
}

static int columns_of(const char *line)
{
    int columns = 0;
    for (; *line && *line != '\n'; line++)
        columns += ((unsigned char)*line & 0xc0) != 0x80;
    return columns;
}

/* Words that mark what was left for later; spelled apart so that this file passes. */
static bool has_marker(const char *line)
{
    return strstr(line, "TO" "DO") || strstr(line, "FIX" "ME");
}

static void check_line(struct source *s, char *line)
{
    s->line++;
    int most = strncmp(s->path, "tests/", 6) == 0 ? TEST_COLUMNS_MAX : LINE_COLUMNS_MAX;
    if ((s->is_c || s->is_header) && columns_of(line) > most)
        find(s->path, s->line, "%d columns; %d fit side by side", columns_of(line), most);
    if (has_marker(line))
        find(s->path, s->line, "something is left for later");
    if (s->is_header && s->guard[0] && strncmp(line, "#define ", 8) == 0 &&
        strncmp(line + 8, s->guard, strlen(s->guard)) == 0)
        s->has_guard = true;
    bool in_src = strncmp(s->path, "src/", 4) == 0;
    if (in_src && (s->is_c || s->is_header) && !s->in_comment)
        check_include(s, line);
    blank(s, line);
    if (in_src && (s->is_c || s->is_header))
        check_calls(s, line);
    if (s->is_c)
        check_function(s, line);
}

static void make_guard(struct source *s)
{
    size_t len = 0;
    for (const char *c = s->path + strlen("src/"); *c && len + 1 < sizeof(s->guard); c++)
        s->guard[len++] = is_word_byte(*c) ? (char)(*c >= 'a' && *c <= 'z' ? *c - 32 : *c) : '_';
    s->guard[len] = 0;
}

static void check_test(const struct source *s)
{
    char test[PATH_MAX_BYTES + 32];
    struct stat st;
    const char *below = s->path + strlen("src/");
    snprintf(test, sizeof(test), "tests/unit/%.*s_test.c", (int)strlen(below) - 2, below);
    if (stat(test, &st) != 0 && !has_rule("exempt", s->path, NULL))
        find(s->path, 1, "it has no test: %s", test);
}

static void check_source(const char *path)
{
    char line[8192];
    const char *dot = strrchr(path, '.');
    struct source s = { .path = path, .is_c = dot && strcmp(dot, ".c") == 0,
                        .is_header = dot && strcmp(dot, ".h") == 0 };
    bool in_src = strncmp(path, "src/", 4) == 0;
    if (in_src)
        room_of(path + strlen("src/"), s.room);
    if (in_src && s.is_header)
        make_guard(&s);
    FILE *file = fopen(path, "r");
    if (!file)
        return;
    while (fgets(line, sizeof(line), file))
        check_line(&s, line);
    fclose(file);
    if (in_src && s.is_header && !s.has_guard)
        find(path, 1, "the include guard is not %s", s.guard);
    if (in_src && s.is_c)
        check_test(&s);
}

/* ---- documents ------------------------------------------------------------------------------ */

/* A word in backquotes that looks like a path of the repository must exist. */
static void check_paths(const char *path, int number, char *line)
{
    static const char *const roots[] = { "src/", "tests/", "tools/", "docs/", "bench/", "deploy/",
                                         "web/" };
    char *save = NULL;
    int part = 0;
    for (char *word = strtok_r(line, "`", &save); word; word = strtok_r(NULL, "`", &save), part++) {
        struct stat st;
        bool is_ours = false;
        for (size_t i = 0; i < sizeof(roots) / sizeof(roots[0]); i++)
            is_ours |= strncmp(word, roots[i], strlen(roots[i])) == 0;
        if (part % 2 == 1 && is_ours && !strpbrk(word, " *<>{}…") && stat(word, &st) != 0)
            find(path, number, "names %s, which is not there", word);
    }
}

static void check_links(const char *path, int number, const char *line)
{
    for (const char *at = line; (at = strstr(at, "](")) != NULL;) {
        char target[PATH_MAX_BYTES], full[2 * PATH_MAX_BYTES];
        struct stat st;
        at += 2;
        size_t len = strcspn(at, ")#");
        if (len == 0 || len >= sizeof(target) || strncmp(at, "http", 4) == 0)
            continue;
        snprintf(target, sizeof(target), "%.*s", (int)len, at);
        const char *slash = strrchr(path, '/');
        snprintf(full, sizeof(full), "%.*s%s", slash ? (int)(slash - path + 1) : 0, path, target);
        if (stat(full, &st) != 0)
            find(path, number, "links to %s, which is not there", target);
    }
}

static void check_document(const char *path)
{
    char line[8192];
    int number = 0;
    FILE *file = fopen(path, "r");
    if (!file)
        return;
    while (fgets(line, sizeof(line), file)) {
        number++;
        check_links(path, number, line);
        check_paths(path, number, line);
    }
    fclose(file);
}

/* ---- the walk ------------------------------------------------------------------------------- */

static void check_file(const char *path)
{
    struct stat st;
    const char *dot = strrchr(path, '.');
    if (stat(path, &st) == 0 && st.st_size > FILE_BYTES_MAX)
        find(path, 1, "%lld bytes do not belong in a repository", (long long)st.st_size);
    if (!dot)
        return;
    if (strcmp(dot, ".c") == 0 || strcmp(dot, ".h") == 0 || strcmp(dot, ".def") == 0)
        check_source(path);
    if (strcmp(dot, ".md") == 0)
        check_document(path);
}

static int is_listed(const struct dirent *entry)
{
    return entry->d_name[0] != '.' && strcmp(entry->d_name, "node_modules") != 0 &&
           strcmp(entry->d_name, "build") != 0 && strcmp(entry->d_name, "corpus") != 0;
}

static void walk(const char *folder)
{
    struct dirent **entries;
    int count = scandir(folder, &entries, is_listed, alphasort);
    for (int i = 0; i < count; i++) {
        char path[PATH_MAX_BYTES];
        struct stat st;
        snprintf(path, sizeof(path), "%s%s%.255s", strcmp(folder, ".") ? folder : "",
                 strcmp(folder, ".") ? "/" : "", entries[i]->d_name);
        if (stat(path, &st) == 0 && S_ISDIR(st.st_mode))
            walk(path);
        else
            check_file(path);
        free(entries[i]);
    }
    if (count >= 0)
        free(entries);
}

int main(void)
{
    read_rules();
    walk(".");
    printf("tidy: %d findings\n", findings);
    return findings ? 1 : 0;
}
